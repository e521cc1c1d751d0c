// The meter of a page that has no discussion, live (js/live.js).
import { start } from "./live.js";

const page = (url) => new Promise((done, failed) => {
  const x = new XMLHttpRequest();
  x.open("GET", url);
  x.responseType = "document";
  x.timeout = 20000;
  x.onload = () => (x.status === 200 ? done(x.response) : failed(new Error(url)));
  x.onerror = x.ontimeout = () => failed(new Error(url));
  x.send();
});

if (window.EventSource && document.querySelector("section.meter")) addEventListener("load", () => start({ report: 0, page }));
