/* What pages do beyond plain HTML: keep relative times true, switch the theme, say when the server is lost. */
(() => {
  "use strict";
  const root = document.documentElement;
  const words = new Intl.RelativeTimeFormat(root.lang || "en", { numeric: "always" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

  function tell() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
      const size = Math.abs(seconds);
      if (size < 5) continue;
      const [unit, length] = units.find(([, length]) => size >= length);
      time.textContent = words.format(Math.trunc(seconds / length), unit);
    }
  }
  setInterval(tell, 1000);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
  });

  // Opening a sign-in link is enough for a person; only a browser presses the button.
  document.addEventListener("DOMContentLoaded", () => document.querySelector("form[data-press]")?.requestSubmit());

  // A part that is swapped keeps what was unfolded in it, and where the keyboard stands.
  const stands = "a[href], button, summary";
  const place = (part) => [...part.querySelectorAll(stands)].indexOf(document.activeElement);
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const fresh = fragment.querySelectorAll("details");
    target.querySelectorAll("details").forEach((one, at) => { if (fresh[at]) fresh[at].open = one.open; });
    const at = place(target);
    if (at >= 0) setTimeout(() => document.getElementById(target.id)?.querySelectorAll(stands)[at]?.focus({ preventScroll: true }));
  });

  // On paper nothing can be unfolded.
  const folded = [];
  addEventListener("beforeprint", () => {
    folded.push(...document.querySelectorAll("details:not([open])"));
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded.splice(0)) one.open = false; });

  // A page nobody looks at asks for nothing.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.id === "live") event.preventDefault();
  });
  const offline = (is) => () => document.body.classList.toggle("offline", is);
  document.addEventListener("htmx:sendError", offline(true));
  document.addEventListener("htmx:responseError", offline(true));
  document.addEventListener("htmx:beforeOnLoad", offline(false));
})();
