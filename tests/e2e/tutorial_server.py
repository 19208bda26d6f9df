"""The server of the classic "TCP chat in Python" tutorial, written anew: what thousands of people have typed.

python tutorial_server.py [PORT]
"""

import socket
import sys
import threading

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 55555))
server.listen()
clients = []
nicknames = []


def broadcast(message):
    for client in clients:
        client.send(message)


def handle(client):
    while True:
        try:
            message = client.recv(1024)
            if not message:
                raise ConnectionError  # the tutorial's own loops here for ever
            broadcast(message)
        except:  # noqa: E722
            index = clients.index(client)
            clients.remove(client)
            client.close()
            nickname = nicknames.pop(index)
            broadcast(f"{nickname} left!".encode("ascii"))
            break


def receive():
    print(f"Server is listening on {server.getsockname()[1]}...", flush=True)
    while True:
        client, address = server.accept()
        print(f"Connected with {address}", flush=True)
        client.send(b"NICK")
        nickname = client.recv(1024).decode("ascii")
        nicknames.append(nickname)
        clients.append(client)
        print(f"Nickname is {nickname}", flush=True)
        broadcast(f"{nickname} joined!".encode("ascii"))
        client.send(b"Connected to server!")
        threading.Thread(target=handle, args=(client,)).start()


receive()
