/* bare: a server that does nothing but the sends, as the limit of what a server can do here.
 *
 *   cc -O2 -o bare bare.c
 *   ./bare PORT
 *
 * It listens on 127.0.0.1 and understands what load.c says when it talks: NICK, PING, JOIN #loadN and PRIVMSG, which
 * it passes on to the others in the channel as it is.  It knows no rules, keeps nothing, and takes it for granted
 * that the kernel has room for what it sends.  The order of its work is gchat-server's, which suits the load best:
 * read all that came, make 64 sends, look again; what a channel said meanwhile leaves in one send a member.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BREATH = 64, CHANNELS = 1000, EVENTS = 512, LINE = 512 };

struct client {
    int fd;
    struct channel *channel;
    int seat;         /* in the channel */
    int speaks;       /* it is sent nothing: of each channel of the load one speaks */
    size_t seen;      /* bytes that the channel has said to it */
    char nick[32];
    size_t held;      /* of input */
    char input[16 * LINE];
};

struct channel {
    struct client **members;
    int count, room;
    int next;         /* whose turn it is */
    int queued;
    char *said;       /* what some have yet to be sent, from byte `start` of all that was said here */
    size_t start, size, capacity;
};

static struct channel channels[CHANNELS], *queue[CHANNELS];
static int waiting, poller;

static void tell(struct client *c, const char *numeric)
{
    char line[LINE];
    int size = snprintf(line, sizeof line, ":bare.test %s %s #load :.\r\n", numeric, c->nick);
    send(c->fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void join(struct client *c, struct channel *channel)
{
    if (channel->count == channel->room)
        channel->members = realloc(channel->members, (channel->room += 512) * sizeof *channel->members);
    c->channel = channel;
    c->seat = channel->count;
    c->seen = channel->start + channel->size;
    channel->members[channel->count++] = c;
    tell(c, "366");
}

static void pass_on(struct client *c, const char *line, size_t size)
{
    struct channel *channel = c->channel;
    c->speaks = 1;
    if (channel->capacity < channel->size + size + 2 * LINE)
        channel->said = realloc(channel->said, channel->capacity = 2 * (channel->size + size + 2 * LINE));
    channel->size += sprintf(channel->said + channel->size, ":%s!l@127.0.0.1 ", c->nick);
    memcpy(channel->said + channel->size, line, size);
    channel->size += size;
    if (!channel->queued) {
        channel->queued = 1;
        queue[waiting++] = channel;
    }
}

static void hear(struct client *c, char *line, size_t size) /* with its CR LF */
{
    if (size > 7 && !memcmp(line, "NICK ", 5)) {
        snprintf(c->nick, sizeof c->nick, "%.*s", (int)size - 7, line + 5);
        tell(c, "001");
    } else if (size > 10 && !memcmp(line, "JOIN #load", 10)) {
        join(c, &channels[atoi(line + 10) % CHANNELS]);
    } else if (size > 8 && !memcmp(line, "PRIVMSG ", 8) && c->channel) {
        pass_on(c, line, size);
    } else if (size > 5 && !memcmp(line, "PING ", 5)) {
        tell(c, "PONG");
    }
}

static void leave(struct client *c)
{
    struct channel *channel = c->channel;
    if (channel) {
        channel->members[c->seat] = channel->members[--channel->count];
        channel->members[c->seat]->seat = c->seat;
    }
    close(c->fd);
    free(c);
}

static void read_from(struct client *c)
{
    ssize_t got = recv(c->fd, c->input + c->held, sizeof c->input - c->held, MSG_DONTWAIT);
    if (got <= 0) {
        leave(c);
        return;
    }
    char *line = c->input, *end, *last = c->input + c->held + got;
    for (; (end = memchr(line, '\n', last - line)); line = end + 1)
        hear(c, line, end + 1 - line);
    c->held = last - line;
    memmove(c->input, line, c->held);
}

/* Everybody has had their turn: forget what all were sent.  What was said meanwhile waits for another one. */
static void finish(struct channel *channel)
{
    size_t least = channel->start + channel->size;
    for (int i = 0; i < channel->count; i++)
        if (channel->members[i]->seen < least)
            least = channel->members[i]->seen;
    channel->size -= least - channel->start;
    memmove(channel->said, channel->said + (least - channel->start), channel->size);
    channel->start = least;
    channel->next = 0;
    memmove(queue, queue + 1, --waiting * sizeof *queue);
    channel->queued = channel->size > 0;
    if (channel->queued)
        queue[waiting++] = channel;
}

static void send_some(void)
{
    for (int sends = 0; waiting && sends < BREATH;) {
        struct channel *channel = queue[0];
        for (; channel->next < channel->count && sends < BREATH; channel->next++) {
            struct client *c = channel->members[channel->next];
            size_t done = c->seen - channel->start;
            if (!c->speaks && done < channel->size) {
                send(c->fd, channel->said + done, channel->size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
                sends++;
            }
            c->seen = channel->start + channel->size;
        }
        if (channel->next >= channel->count)
            finish(channel);
    }
}

static void watch(int fd, struct client *c)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void welcome(int listener)
{
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    struct client *c = calloc(1, sizeof *c);
    c->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(fd, c);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc == 2 ? atoi(argv[1]) : 0)};
    struct epoll_event events[EVENTS];
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc != 2)
        return 2;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) {
        perror("bare: listen");
        return 1;
    }
    poller = epoll_create1(0);
    watch(listener, NULL);
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, waiting ? 0 : -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr)
                read_from(events[i].data.ptr);
            else
                welcome(listener);
        }
        send_some();
    }
}
