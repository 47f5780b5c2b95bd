// The way back from a run keeps the filters of the page that led here: its link has them behind `#`.
(() => {
  "use strict";
  const back = document.querySelector(".back a");
  if (back && location.hash.includes("=")) back.hash = location.hash;
})();
