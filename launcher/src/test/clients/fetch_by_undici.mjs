// Usage: fetch_by_undici.mjs RUN URL. What a program for older releases of Node.js adds.
import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";

setGlobalDispatcher(new EnvHttpProxyAgent());
await import("./fetch.mjs");
