// Twenty saves a second from four writers, with eight open tabs: no final state is missed, memory
// stays flat, and no connection remains open. Run it with `node soak.mjs SECONDS`.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { Workspace, browser, guide, open } from "./workspace.mjs";

const seconds = Number(process.argv[2] ?? 30);
const WRITERS = 4, TABS = 8, PAUSE_MS = 200;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const path = (writer) => `content/guides/writer-${writer}.md`;
const text = (writer, at) => guide(`Save ${at} of writer ${writer}.`, `Writer ${writer}`);

const extra = Object.fromEntries(Array.from({ length: WRITERS }, (_, writer) => [path(writer), text(writer, 0)]));
const workspace = await Workspace.open(extra);
const chromium = await browser();
try {
  await workspace.serve();
  const { pid } = workspace.server;
  const memory = () => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024;
  const sockets = () => readdirSync(`/proc/${pid}/fd`).filter((fd) => { try { return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:"); } catch { return false; } }).length;
  const baseline = sockets();
  // Each tab has its own browser context, because a browser allows six connections to one server.
  const tabs = [];
  for (let at = 0; at < TABS; at++) tabs.push(await open(await chromium.newContext(), `${workspace.url}guides/writer-${at % WRITERS}/`));

  let saves = 0;
  const end = Date.now() + seconds * 1000;
  const write = async (writer) => {
    let at = 0, due = Date.now() + writer * PAUSE_MS / WRITERS;
    while (due < end) {
      await pause(Math.max(0, due - Date.now()));
      await workspace.put(path(writer), text(writer, ++at));
      saves++;
      due += PAUSE_MS;
    }
    return at;
  };
  const samples = [];
  const measure = async () => { while (Date.now() < end) { await pause(seconds * 50); samples.push(memory()); } };
  const [lasts] = await Promise.all([Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer))), measure()]);
  await Promise.all(tabs.map((tab, at) => tab.waitForFunction(
    (words) => document.querySelector("main").textContent.includes(words),
    `Save ${lasts[at % WRITERS]} of writer ${at % WRITERS}.`,
    { timeout: 10_000 },
  )));
  const faults = tabs.flatMap((tab) => tab.faults);
  assert.deepEqual(faults, []);
  await Promise.all(tabs.map((tab) => tab.context().close()));
  for (let tries = 0; sockets() > baseline + 2; tries++) {
    assert.ok(tries < 400, `${sockets() - baseline} connections are left over`);
    await pause(100);
  }
  const middle = samples.slice(Math.floor(samples.length / 4), Math.floor(samples.length / 2)), last = samples.slice(-Math.ceil(samples.length / 4));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  console.log(`${saves} saves in ${seconds} s (${(saves / seconds).toFixed(1)} a second), ${TABS} tabs; memory ${mean(middle).toFixed(0)} MB in the second quarter, ${mean(last).toFixed(0)} MB in the last`);
  assert.ok(mean(last) < mean(middle) * 1.15 + 8, `memory grows: ${samples.map((sample) => sample.toFixed(0)).join(" ")} MB`);
} finally {
  await chromium.close();
  await workspace.close();
}
