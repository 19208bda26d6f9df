"""The client of the classic "TCP chat in Python" tutorial, written anew: what thousands of people have typed.

python tutorial_client.py [PORT]
"""

import socket
import sys
import threading

nickname = input("Choose your nickname: ")

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 55555))


def receive():
    while True:
        try:
            message = client.recv(1024).decode("ascii")
            if message == "NICK":
                client.send(nickname.encode("ascii"))
            else:
                print(message)
        except:  # noqa: E722
            print("An error occured!")
            client.close()
            break


def write():
    while True:
        message = "{}: {}".format(nickname, input(""))
        client.send(message.encode("ascii"))


threading.Thread(target=receive).start()
threading.Thread(target=write).start()
