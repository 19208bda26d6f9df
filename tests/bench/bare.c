/* bare: what the kernel's send costs, without any server around it.
 *
 *   cc -O2 -o bare bare.c
 *   ./bare [-n MEMBERS] [-m MESSAGES] [-l BYTES] [-w WINDOW] [-j]
 *
 * One process has MEMBERS TCP connections on the loopback to another one, which reads and drops what comes.
 * For each of MESSAGES it makes one send of BYTES to each; after every WINDOW messages it waits until all of
 * them were read.  With -j, WINDOW messages to a member are one send, as a server sends that joins what was
 * said in a turn.  No server that sends a line to each member can deliver more than this loop on this machine.
 * One JSON object is printed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int members = 500, messages = 1000, length = 120, window = 1, joined;

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* Read from all, and say so whenever another window of messages is complete. */
static void drain(int *sockets, int done)
{
    static char text[1 << 20];
    struct epoll_event events[512], event = {.events = EPOLLIN};
    uint64_t one = 1, wanted = (uint64_t)members * window * length, got = 0;
    int poller = epoll_create1(0);
    for (int i = 0; i < members; i++) {
        event.data.fd = sockets[i];
        epoll_ctl(poller, EPOLL_CTL_ADD, sockets[i], &event);
    }
    for (;;) {
        int n = epoll_wait(poller, events, 512, -1);
        for (int i = 0; i < n; i++) {
            ssize_t size = recv(events[i].data.fd, text, sizeof text, MSG_DONTWAIT);
            if (size == 0)
                _exit(0);
            if (size > 0)
                got += size;
        }
        for (; got >= wanted; got -= wanted)
            if (write(done, &one, sizeof one) < 0)
                _exit(1);
    }
}

static void send_all(int fd, const char *text, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(fd, text + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            sent += n;
        } else if (errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            poll(&wait, 1, 1000);
        } else {
            die("send");
        }
    }
}

static void connect_all(int *ours, int *theirs)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (void *)&address, size) || listen(listener, 1024) ||
        getsockname(listener, (void *)&address, &size))
        die("listen");
    for (int i = 0; i < members; i++) {
        theirs[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (theirs[i] < 0 || connect(theirs[i], (void *)&address, size) || (ours[i] = accept(listener, NULL, NULL)) < 0)
            die("connect");
        setsockopt(ours[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    close(listener);
}

int main(int argc, char **argv)
{
    for (int o; (o = getopt(argc, argv, "n:m:l:w:j")) != -1;)
        switch (o) {
        case 'n': members = atoi(optarg); break;
        case 'm': messages = atoi(optarg); break;
        case 'l': length = atoi(optarg); break;
        case 'w': window = atoi(optarg); break;
        case 'j': joined = 1; break;
        default: return 2;
        }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (members < 1 || window < 1 || length < 1)
        return 2;
    int *ours = calloc(members, sizeof *ours), *theirs = calloc(members, sizeof *theirs), done = eventfd(0, EFD_SEMAPHORE);
    connect_all(ours, theirs);
    size_t size = (size_t)length * (joined ? window : 1);
    char *text = malloc(size);
    memset(text, 'x', size);
    int child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        for (int i = 0; i < members; i++)
            close(ours[i]);
        drain(theirs, done);
    }
    uint64_t read_back, sends = 0;
    int rounds = messages / window;
    double began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int round = 0; round < rounds; round++) {
        for (int message = 0; message < (joined ? 1 : window); message++)
            for (int i = 0; i < members; i++, sends++)
                send_all(ours[i], text, size);
        if (read(done, &read_back, sizeof read_back) < 0)
            die("read");
    }
    double took = now(CLOCK_MONOTONIC) - began, used = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    double deliveries = (double)rounds * window * members;
    printf("{\"members\": %d, \"sends\": %llu, \"bytes_a_send\": %zu, \"seconds\": %.4f, \"per_second\": %.0f, "
           "\"cpu_us\": %.4f, \"cpu_us_a_send\": %.3f}\n",
           members, (unsigned long long)sends, size, took, deliveries / took, used * 1e6 / deliveries, used * 1e6 / sends);
    return 0;
}
