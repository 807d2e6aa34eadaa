"""Usage: mcp_server.py PORT. Official Python SDK, streamable HTTP."""

import sys

from mcp.server import MCPServer

server = MCPServer("weather")


@server.tool()
def forecast(city: str) -> str:
    return "sunny in " + city


server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
