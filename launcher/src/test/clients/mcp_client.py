"""Usage: mcp_client.py URL MODE. Official Python SDK; legacy: with a session, auto: without."""

import asyncio
import sys

from mcp import Client


async def main(url, mode):
    async with Client(url, mode=mode) as client:
        tools = (await client.list_tools()).tools
        print("TOOLS", *[tool.name for tool in tools], flush=True)
        answer = await client.call_tool("forecast", {"city": "Oslo"})
        print("ANSWER", answer.content[0].text, flush=True)


asyncio.run(main(sys.argv[1], sys.argv[2]))
