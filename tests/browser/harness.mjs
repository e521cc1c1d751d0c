// What all browser tests share: a server over a copy of the demo newsroom, and a browser.
// Each test file has a server of its own on a free port of 127.0.0.1, so files can run side by side.
import { spawn, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = resolve(fileURLToPath(new URL(".", import.meta.url)), "../..");
export const diurnal = resolve(root, process.env.DIURNAL ?? "build/release/diurnal");
export const REPORT = "/2018/05/04/southern-dike";
const startMost = 60000; // milliseconds until a server must be ready; an ASan build on a busy machine is slow

// Makes a data folder with the demo newsroom in it. tools/browser-tests makes one for all files
// and names it in DEMO; `ini` are settings put behind those of the demo, `edit` rewrites the file.
export function demoFolder({ edit = (text) => text } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "diurnal-browser-"));
  const data = join(folder, "data");
  const ini = edit(readFileSync(join(root, "demo/diurnal.ini"), "utf8"));
  if (process.env.DEMO && existsSync(process.env.DEMO)) {
    cpSync(process.env.DEMO, data, { recursive: true });
    writeFileSync(join(data, "diurnal.ini"), ini);
  } else {
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(join(data, "diurnal.ini"), ini);
    execFileSync(diurnal, ["demo", "--data", data], { cwd: root, stdio: "pipe" });
  }
  return { data, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

// Starts a server over a demo folder; resolves when it says "ready". `prepare` gets the folder before that.
export async function serve(options = {}) {
  const { data, remove } = demoFolder(options);
  options.prepare?.(data);
  const child = spawn(diurnal, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => { said += text; });
  const server = { data, url: "", desk: "", said: () => said };
  const ended = new Promise((done) => { child.once("exit", done); });
  server.stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 15000);
    await ended;
    clearTimeout(timer);
    remove();
  };
  await new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("the server was not ready in time: " + said)), startMost);
    createInterface({ input: child.stdout }).on("line", (line) => {
      said += line + "\n";
      server.url = /^listening on (http:\S+)/.exec(line)?.[1] ?? server.url;
      server.desk = /^desk link: (\S+)/.exec(line)?.[1] ?? server.desk;
      if (line === "ready") { clearTimeout(timer); done(); }
    });
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  return server;
}

export function browse() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };

// A fresh reader: no cookies, no storage. What the page complains of and every request it makes is
// collected; `calm()` throws if the page complained or asked another host for anything.
export async function reader(browser, server, { script = true, viewport = DESKTOP, dark = false, ...more } = {}) {
  const context = await browser.newContext({
    baseURL: server.url, javaScriptEnabled: script, viewport,
    colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", ...more,
  });
  context.setDefaultTimeout(20000);
  const complaints = [];
  const asked = [];
  context.on("request", (request) => asked.push(request.url()));
  context.on("weberror", (error) => complaints.push("script: " + error.error().stack));
  context.on("console", (message) => {
    // A refused form answers with 4xx; the browser logs that as a failed load.
    if (message.type() === "error" && !/^Failed to load resource: .* status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  if (script) {
    await context.exposeFunction("cspComplaint", (text) => complaints.push("CSP: " + text));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        window.cspComplaint(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
      });
    });
  }
  const page = await context.newPage();
  const calm = () => {
    const elsewhere = asked.filter((url) => !url.startsWith(server.url + "/") && !url.startsWith("data:"));
    if (complaints.length) throw new Error("the page complained: " + complaints.join("\n"));
    if (elsewhere.length) throw new Error("another host was asked: " + elsewhere.join("\n"));
  };
  return { page, context, calm, asked, close: () => context.close() };
}

// A mark that does not survive a page load: proof that the script did the work in place.
export const markPage = (page) => page.evaluate(() => { window.neverLoadedAnew = true; });
export const sameDocument = (page) => page.evaluate(() => window.neverLoadedAnew === true);
