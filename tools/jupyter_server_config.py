"""Jupyter reads this at its start. Each message goes to the page at once: otherwise a picture waits, for up to 40 ms,
until the page has acknowledged the small message that went before it (Nagle's algorithm and delayed acknowledgement).
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class WithoutDelay(ZMQChannelsWebsocketConnection):
    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = WithoutDelay  # noqa: F821  (Jupyter gives c)
