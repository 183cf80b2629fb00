"""Sockets whose ports are the same in every run.

A scene's ports stand for others, which the system chose: two runs at once are not in each
other's way, and what gets no port from the scene counts from 50001, as under simmer's virtual clock.
"""
import itertools
import socket

FIRST = 50001
real_of, shown_of = {}, {}      # ports
free = itertools.count(FIRST)


def show(address):
    if isinstance(address, tuple) and address[1] in shown_of:
        return address[0], shown_of[address[1]], *address[2:]
    return address


def is_address(address):
    return isinstance(address, tuple) and len(address) >= 2 and isinstance(address[1], int) \
        and 0 <= address[1] < 1 << 16


def stands_for(real, shown):
    real_of[shown], shown_of[real] = real, shown


class Socket(socket.socket):
    def _is_inet(self):
        return self.family in (socket.AF_INET, socket.AF_INET6)

    def _name_port(self):
        """The system has just given it a port."""
        port = super().getsockname()[1]
        if port and port not in shown_of:
            stands_for(port, next(free))

    def _real(self, address):
        """Nobody listens at a port that the scene has not opened."""
        if not self._is_inet() or not is_address(address):
            return address
        return address[0], real_of.get(address[1], 1), *address[2:]

    def bind(self, address):
        if not self._is_inet() or not is_address(address):
            return super().bind(address)
        host, shown = address[:2]
        if shown in real_of and is_open(host, real_of[shown]):
            super().bind((host, real_of[shown]))        # it is in use: the system says so
        super().bind((host, 0))
        if shown:
            stands_for(super().getsockname()[1], shown)
        else:
            self._name_port()

    def connect(self, address):
        try:
            super().connect(self._real(address))
        finally:
            if self._is_inet():
                self._name_port()

    def connect_ex(self, address):
        result = super().connect_ex(self._real(address))
        if self._is_inet():
            self._name_port()
        return result

    def accept(self):
        connection, address = super().accept()
        return connection, show(address)

    def getsockname(self):
        return show(super().getsockname())

    def getpeername(self):
        return show(super().getpeername())


def is_open(host, port):
    with RealSocket() as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


RealSocket = socket.socket
Socket.__name__ = Socket.__qualname__ = 'socket'
Socket.__module__ = 'socket'


def patch():
    socket.socket = socket.SocketType = Socket
