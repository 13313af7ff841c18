"""How the waterfall looks: what stands around the tree, and its style in both themes."""

HTML = """
<div class="tools" role="group" aria-label="Find in the spans">
  <input type="search" class="find" placeholder="Find a step by its name"
    aria-label="Find a step by its name">
  <button type="button" class="before" title="The one before">&#8593;</button>
  <button type="button" class="next" title="The next one">&#8595;</button>
  <span class="count" role="status"></span>
  <button type="button" class="failed">Next failed</button>
  <button type="button" class="all">Open all</button>
  <button type="button" class="none">Close all</button>
</div>
<div class="view" role="tree" tabindex="0" aria-label="Steps of the trace"><div class="all-rows"
  role="presentation"></div></div>
"""
CSS = """
:host { display: block; font: 0.8125rem/1.4 var(--st-font); color: var(--st-text-color); }
.tools { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center;
  margin-bottom: 0.5rem; }
.tools input, .tools button { box-sizing: border-box; min-height: 2rem; padding: 0.2rem 0.55rem;
  border: 1px solid color-mix(in srgb, var(--st-text-color) 45%, transparent);
  border-radius: var(--st-button-radius); background: none; color: inherit; font: inherit; }
.tools input { flex: 1 1 11rem; min-width: 9rem; }
.tools input::placeholder { color: inherit; opacity: 0.75; }
.tools button { cursor: pointer; }
.tools :focus-visible, .view:focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: 1px; }
.view { position: relative; overflow-y: auto; max-height: min(29rem, 65vh);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); }
.all-rows { position: relative; width: 100%; }
.row { position: absolute; left: 0; right: 0; height: 30px; box-sizing: border-box; display: grid;
  grid-template-columns: minmax(11rem, 46%) minmax(3rem, 1fr) 4.75rem; gap: 0.6rem;
  align-items: center; padding: 0 0.6rem; cursor: pointer;
  border-bottom: 1px solid color-mix(in srgb, var(--st-border-color) 60%, transparent); }
.row:hover { background: var(--st-secondary-background-color); }
.row[aria-selected=true] { background: color-mix(in srgb, var(--st-primary-color) 16%,
  transparent); }
.view:focus-visible .row.active { outline: 2px solid var(--st-primary-color);
  outline-offset: -2px; }
.name { display: flex; gap: 0.35rem; align-items: center; min-width: 0; white-space: nowrap; }
.twist { flex: none; width: 0.9rem; text-align: center; }
.kind { flex: none; padding: 0 0.3rem; border-radius: 4px; font-size: 0.6875rem;
  border-left: 4px solid var(--kind);
  background: color-mix(in srgb, var(--kind) 14%, transparent); }
.kind .letter { display: none; }
.mark { flex: none; font-weight: 600; }
.label { overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
.noted { flex: 0 100 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis;
  font-size: 0.75rem; opacity: 0.8; }
.row.hit .label { text-decoration: underline; text-decoration-thickness: 2px;
  text-underline-offset: 3px; }
.track { position: relative; height: 14px; }
.bar { position: absolute; top: 2px; height: 10px; min-width: 2px; border-radius: 3px;
  background: color-mix(in srgb, var(--kind) 60%, transparent); }
.critical .bar { background: var(--kind); box-shadow: 0 3px 0 -1px var(--st-text-color); }
.failed .bar { outline: 2px solid var(--st-red-color); }
.took { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 560px) {
  .row { grid-template-columns: minmax(0, 1fr) 22% 4rem; gap: 0.35rem; padding: 0 0.35rem; }
  .kind .word, .noted { display: none; }
  .kind .letter { display: inline; }
}
"""
