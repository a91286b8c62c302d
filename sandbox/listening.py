"""Ports of the business: one stays reserved while its listener is closed."""

import socket

from aiohttp import web


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((host, port))
    bound.settimeout(0)
    return bound


class Port:
    """A reserved port: connections to it are refused until a socket from `socket()` listens."""

    def __init__(self, host: str, number: int = 0) -> None:
        self.host = host
        # Bound but not listening: the kernel refuses connections and gives the number to nobody.
        self._reserve = _bound(host, number)
        self.number = int(self._reserve.getsockname()[1])

    def socket(self) -> socket.socket:
        """Answer a fresh socket on this port, ready to listen."""
        return _bound(self.host, self.number)

    def free(self) -> None:
        """Give the number back."""
        self._reserve.close()


class HttpListener:
    """One tool on its port, and on further ports that single accounts have to themselves."""

    def __init__(self, app: web.Application, port: Port) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        self.ports: dict[str, Port] = {"": port}
        self._sites: dict[str, web.SockSite] = {}

    async def start(self) -> None:
        """Listen on every port."""
        await self._runner.setup()
        for account in self.ports:
            await self.open(account)

    async def stop(self) -> None:
        """Close everything and give the ports back."""
        self._sites.clear()
        await self._runner.cleanup()
        for port in self.ports.values():
            port.free()

    def url(self, account: str = "") -> str:
        """Answer the address under which an account reaches the tool."""
        port = self.ports.get(account, self.ports[""])
        host = f"[{port.host}]" if ":" in port.host else port.host
        return f"http://{host}:{port.number}"

    async def add_port(self, account: str, port: Port) -> None:
        """Give an account a port of its own."""
        self.ports[account] = port
        await self.open(account)

    async def remove_port(self, account: str) -> None:
        """Take an account's own port away."""
        port = self.ports.pop(account, None)
        if port is not None:
            await self._close(account, port)
            port.free()

    async def open(self, account: str = "") -> None:
        """Listen on the account's port, if it is closed."""
        if account not in self._sites:
            site = web.SockSite(self._runner, self.ports[account].socket())
            self._sites[account] = site
            await site.start()

    async def close(self, account: str = "") -> None:
        """Stop listening on the account's port and cut what is connected to it."""
        await self._close(account, self.ports[account])

    async def _close(self, account: str, port: Port) -> None:
        site = self._sites.pop(account, None)
        if site is None:
            return
        await site.stop()
        server = self._runner.server
        for connection in list(server.connections) if server else []:
            transport = connection.transport
            if transport and transport.get_extra_info("sockname")[1] == port.number:
                transport.abort()
