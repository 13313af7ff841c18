// Put into every page before its own scripts: tells when a text stands on the screen.
(() => {
  const FIELD = "[data-testid=stChatInputTextArea]";

  // Time counts from navigation; what is on the screen is so with the next frame.
  const onScreen = (then) => requestAnimationFrame(() => then(performance.now()));

  // When what was seen a moment ago is on the screen for certain.
  window.framed = () => new Promise(onScreen);

  // A figure that waits for ever says nothing.
  window.orTooLate = (promise) =>
    Promise.race([
      promise,
      new Promise((_, reject) => setTimeout(() => reject(new Error("it was not drawn")), 60_000)),
    ]);

  window.interactive = new Promise((resolve) => {
    const look = () => {
      const field = document.querySelector(FIELD);
      if (field && !field.disabled) {
        observer.disconnect();
        onScreen(resolve);
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  });

  // From the next event of this kind until each of the texts was drawn anew outside of a field.
  window.watch = (event, texts) => {
    window.watched = new Promise((resolve) => {
      const times = {};
      let began = null;
      const note = (happened) => {
        if (event !== "keydown" || happened.key === "Enter") began ??= performance.now();
      };
      const look = (node) => {
        const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (began === null || !element?.closest || element.closest("textarea")) return;
        for (const text of texts) {
          if (!(text in times) && node.textContent.includes(text)) {
            times[text] = null;
            onScreen((now) => {
              times[text] = now - began;
              finish();
            });
          }
        }
      };
      const finish = () => {
        if (texts.some((text) => times[text] == null)) return;
        observer.disconnect();
        removeEventListener(event, note, true);
        resolve(texts.map((text) => times[text]));
      };
      const observer = new MutationObserver((records) => {
        for (const record of records) {
          if (record.type === "characterData") look(record.target);
          else record.addedNodes.forEach(look);
        }
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true });
      addEventListener(event, note, true);
    });
  };

  // The verdict stands under an answer when the answer is complete.
  window.canBeJudged = (words, thumbs) => {
    const last = [...document.querySelectorAll(thumbs)].at(-1);
    if (!last) return false;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (!walker.currentNode.data.includes(words)) continue;
      const place = walker.currentNode.compareDocumentPosition(last);
      if (place & Node.DOCUMENT_POSITION_FOLLOWING) return true;
    }
    return false;
  };
})();
