// Put into every page before its own scripts: notes for how long at most it hears no click.
(() => {
  let longest = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) longest = Math.max(longest, each.duration);
  }).observe({ type: "longtask" });

  window.longestPause = () => longest;
  window.forgetPauses = () => {
    longest = 0;
  };
})();
