// Sends chosen files at once and in parts, so that a bad line costs one part and not the file.
// Without this script the form sends them as it always did. Nothing is ever submitted from here.
"use strict";
const box = document.querySelector("fieldset[data-uploads]");
const PART = 256 * 1024, PAUSES = [1, 2, 5, 10, 20, 30];

async function ask(address, options) {
  const answer = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok || (answer.status === 409 && "received" in body)) return body;
  // What is refused with 4xx would be refused again.
  const final = answer.status >= 400 && answer.status < 500;
  throw Object.assign(new Error(answer.status), { said: body.problem || (final && box.dataset.refused) });
}

async function patiently(work, say) {
  for (const pause of [...PAUSES, null]) {
    try {
      return await work();
    } catch (error) {
      if (error.said || pause === null) throw error;
      say(box.dataset.broken);
      await new Promise((done) => setTimeout(done, pause * 1000));
    }
  }
}

async function send(file, say) {
  const mark = `${file.name.slice(-120)}:${file.size}:${file.lastModified}`;
  const begin = JSON.stringify({ name: file.name, size: file.size, mark });
  const headers = { "Content-Type": "application/json" };
  let state = await patiently(() => ask(box.dataset.uploads, { method: "POST", body: begin, headers }), say);
  const number = state.id;
  while (!state.whole) {
    const from = state.received;
    say(`${file.name}: ${Math.floor((100 * from) / file.size)}%`);
    state = await patiently(() => ask(`${box.dataset.uploads}/${number}`, {
      method: "PUT", body: file.slice(from, from + PART), headers: { "Upload-Offset": from },
    }), say);
  }
  return number;
}

function list(number, file) {
  if (box.querySelector(`input[name=keep][value="${number}"]`)) return;
  const line = document.createElement("li"), label = document.createElement("label"), tick = document.createElement("input");
  Object.assign(tick, { type: "checkbox", name: "keep", value: number, checked: true });
  label.className = "pick";
  label.append(tick, ` ${file.name} (${Math.max(1, Math.round(file.size / 1000)).toLocaleString("vi")} kB)`);
  const shown = Object.assign(document.createElement("input"), { type: "hidden", name: "shown", value: number });
  line.append(shown, label);
  box.querySelector(".uploads").append(line);
}

if (box) {
  const chooser = box.querySelector("input[type=file]"), told = box.querySelector(".progress");
  const buttons = box.form.querySelectorAll("button");
  const say = (words) => { told.textContent = words; };
  chooser.addEventListener("change", async () => {
    buttons.forEach((button) => { button.disabled = true; });
    const left = new DataTransfer(), troubles = [];
    for (const file of [...chooser.files]) {
      if (!file.size) { troubles.push(`${file.name} ${box.dataset.empty}`); continue; }
      if (file.size > Number(box.dataset.limit)) { troubles.push(`${file.name} ${box.dataset.tooLarge}`); continue; }
      try {
        list(await send(file, say), file);
      } catch (error) {
        troubles.push(error.said || `${file.name}: ${box.dataset.gaveUp}`);
      }
    }
    chooser.files = left.files;
    say(troubles.join(" "));
    told.className = troubles.length ? "progress problem" : "progress quiet";
    buttons.forEach((button) => { button.disabled = false; });
  });
}
