// Usage: mcp_client.mjs URL. Official TypeScript SDK.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const client = new Client({ name: "agent", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
console.log("TOOLS", ...(await client.listTools()).tools.map((tool) => tool.name));
const answer = await client.callTool({ name: "forecast", arguments: { city: "Oslo" } });
console.log("ANSWER", answer.content[0].text);
await client.close();
