// Usage: fetch.mjs RUN URL. Fetch does not tell the version of HTTP; the run's name stands for it.
const [run, url] = process.argv.slice(2);

let answer = await fetch(`${url}/json?run=${run}`);
console.log(run, "GET", answer.status, await answer.text());
answer = await fetch(`${url}/echo?run=${run}`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ n: 1 }),
});
console.log(run, "POST", answer.status, await answer.text());
answer = await fetch(`${url}/events?run=${run}`);
let rest = "";
for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + piece).split("\n");
  rest = lines.pop();
  for (const line of lines.filter((line) => line !== "")) {
    console.log(run, "EVENT", line.replace("data: ", ""));
  }
}
