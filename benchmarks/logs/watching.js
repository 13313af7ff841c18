// Put into every page before its own scripts: tells when what a click asked for is on the screen.
(() => {
  // Streamlit writes the key of an element into its class; a new key is a new element.
  const keyOf = (element, prefix) =>
    [...element.classList].find((name) => name.startsWith(`st-key-${prefix}`));

  const elements = (prefix) => [...document.querySelectorAll(`[class*="st-key-${prefix}"]`)];

  // From the next event of this kind until an element with a new key is there, with something of
  // this kind in it, and as many of those elsewhere as are asked for.
  window.watchNew = ([event, prefix, inner, elsewhere, many]) => {
    const before = new Set(elements(prefix).map((element) => keyOf(element, prefix)));
    window.watchedNew = new Promise((resolve) => {
      let began = null;
      const note = () => {
        began ??= performance.now();
      };
      const look = () => {
        if (began === null) return;
        const isThere = elements(prefix).some(
          (element) =>
            !before.has(keyOf(element, prefix)) && (!inner || element.querySelector(inner)),
        );
        if (!isThere) return;
        if (elsewhere && document.querySelectorAll(elsewhere).length < many) return;
        observer.disconnect();
        removeEventListener(event, note, true);
        window.framed().then((now) => resolve(now - began));
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      addEventListener(event, note, true);
    });
  };
})();
