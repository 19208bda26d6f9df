/* load: many clients of one IRC server on this machine, in one process that costs little.
 *
 *   cc -O2 -o load load.c
 *   ./load -p PORT [-P PID] [-k talk|join|quit|idle] [-n CLIENTS] [-c CHANNELS] [-s SENDERS] [-m MESSAGES]
 *          [-l BYTES] [-w WINDOW | -r RATE] [-C "CAPABILITY ..."] [-b MEMBERS] [-t SECONDS] [-a AT_ONCE]
 *
 * AT_ONCE clients connect at a time.  Client i joins channel i modulo CHANNELS.  What is measured:
 *
 *   talk   SENDERS send MESSAGES in all.  Each goes to the members of its channel but its sender (and to the
 *          sender, with echo-message); each arrival is a delivery.  -w: a closed loop, at most WINDOW messages
 *          are in flight; -r: an open loop, RATE a second on schedule, latency counted from the schedule.
 *   -b     a room of MEMBERS beside it, where one says something 50 times a second: the latencies are its own.
 *   join   all join at the same moment, until each has read the channel's names
 *   quit   all quit at the same moment, until a member who stays has read each QUIT
 *   idle   nothing: what a client costs in resident memory
 *
 * In join and quit somebody who is in no channel sends PING after PING: "stall" is the longest answer.
 * One JSON object is printed.  It talks to 127.0.0.1 and to nothing else.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, PROBES = 8, PATIENCE = 20 };
enum state { CONNECTING, REGISTERING, REGISTERED, JOINING, READY, DEAD };

struct client {
    int fd;
    enum state state;
    int channel;     /* -1: in none */
    int probe;       /* its lines are read, those of others are only counted */
    size_t held;     /* of buffer */
    char *buffer;    /* the beginning of a line */
    char *out;
    size_t out_size;
};

static const char *kind = "talk", *caps = "";
static int port, nclients = 100, nchannels = 1, nsenders = 1, nmessages = 10000, length = 64, window = 64, beside;
static int server_pid;
static int at_once = 64; /* clients that register at a time */
static double rate, seconds = 60;
static const double BESIDE_RATE = 50;

static struct client *clients, *bystander, *small_sender;
static int nall, poller;
static int registered, ready, dead, acked, talking, quitting;
static unsigned long long delivered, quits, refused;
static char first_error[256];
static double *sent_at;                     /* by the number of the message */
static double *latencies, pinged_at, stall; /* seconds */
static size_t nlatencies, room_for_latencies;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double proc_field(const char *file, const char *field)
{
    char path[64], line[256];
    double value = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", server_pid, file);
    FILE *f = server_pid ? fopen(path, "r") : NULL;
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, field, strlen(field)))
            value = atof(line + strlen(field));
    if (f)
        fclose(f);
    return value;
}

/* Seconds of CPU that the server has used, user and system, all threads. */
static double server_cpu(void)
{
    char path[64], text[4096];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", server_pid);
    FILE *f = server_pid ? fopen(path, "r") : NULL;
    if (!f)
        return 0;
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    char *rest = strrchr(text, ')');
    if (rest)
        sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void lost(struct client *c)
{
    if (c->state != DEAD) {
        c->state = DEAD;
        dead++;
        close(c->fd);
    }
}

static void watch(struct client *c, int writing)
{
    struct epoll_event event = {.events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

static void flush(struct client *c)
{
    size_t done = 0;
    while (done < c->out_size) {
        ssize_t n = send(c->fd, c->out + done, c->out_size - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN)
            lost(c);
        if (n < 0)
            break;
        done += n;
    }
    memmove(c->out, c->out + done, c->out_size - done);
    int waited = c->out_size > done;
    c->out_size -= done;
    if (c->state != DEAD && waited)
        watch(c, 1);
}

static void say(struct client *c, const char *text, size_t size)
{
    if (c->state == DEAD)
        return;
    c->out = realloc(c->out, c->out_size + size);
    memcpy(c->out + c->out_size, text, size);
    c->out_size += size;
    flush(c);
}

static void open_client(struct client *c)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    int one = 1;
    struct linger at_once = {1, 0}; /* leaves no TIME_WAIT behind, which would use up ports */
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) {
        perror("socket");
        exit(2);
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    from.sin_addr.s_addr = htonl(0x7f000001u + (unsigned)((c - clients) / 20000));
    to.sin_addr.s_addr = htonl(0x7f000001u);
    bind(c->fd, (void *)&from, sizeof from);
    connect(c->fd, (void *)&to, sizeof to);
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

static void introduce(struct client *c)
{
    char text[1024], *copy = strdup(caps);
    int size = 0;
    if (*caps)
        size += sprintf(text, "CAP LS 302\r\n");
    /* one by one: what a server does not know is not to cost the others */
    for (char *cap = strtok(copy, " "); cap; cap = strtok(NULL, " "))
        size += sprintf(text + size, "CAP REQ :%s\r\n", cap);
    size += sprintf(text + size, "NICK l%d\r\nUSER load 0 * :load\r\n%s", (int)(c - clients), *caps ? "CAP END\r\n" : "");
    free(copy);
    c->state = REGISTERING;
    say(c, text, size);
}

static void ping(double at)
{
    pinged_at = at;
    say(bystander, "PING x\r\n", 8);
}

static void measured(const char *line, size_t size, double at)
{
    const char *number = memmem(line, size, " :#", 3);
    if (!number)
        return;
    if (nlatencies == room_for_latencies)
        latencies = realloc(latencies, (room_for_latencies = room_for_latencies * 2 + 4096) * sizeof *latencies);
    latencies[nlatencies++] = at - sent_at[strtoul(number + 3, NULL, 10)];
}

static void noted_error(const char *line, size_t size)
{
    if (!refused++)
        snprintf(first_error, sizeof first_error, "%.*s", (int)(size < 200 ? size : 200), line);
    for (char *c = first_error; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
            *c = '\'';
}

/* One line without its CR LF, of a client that is not ready, of a probe or of the bystander. */
static void heard(struct client *c, const char *line, size_t size, double at)
{
    const char *end = line + size, *command = line;
    for (int i = 0; i < 2 && command < end && (*command == '@' || *command == ':'); i++) {
        const char *space = memchr(command, ' ', end - command);
        command = space ? space + 1 : end;
    }
    size_t left = end - command;
    int numeric = left > 3 && command[3] == ' ' ? atoi(command) : 0;
    if (left > 5 && !memcmp(command, "PING ", 5)) {
        char text[600];
        say(c, text, snprintf(text, sizeof text, "PONG %.*s\r\n", (int)(left - 5 < 500 ? left - 5 : 500), command + 5));
    } else if (c == bystander && left > 4 && !memcmp(command, "PONG", 4)) {
        if (at - pinged_at > stall)
            stall = at - pinged_at;
        pinged_at = 0;
    } else if (talking && left > 7 && !memcmp(command, "PRIVMSG", 7)) {
        if (c->channel < nchannels)
            delivered++;
        if (!beside || c->channel == nchannels)
            measured(line, size, at);
    } else if (left > 4 && !memcmp(command, "QUIT", 4)) {
        quits += c == clients; /* who stays */
    } else if (numeric == 1 && c->state == REGISTERING) {
        c->state = REGISTERED;
        registered++;
    } else if (numeric == 366 && c->state == JOINING) {
        c->state = READY;
        ready++;
    } else if (left > 4 && !memcmp(command, "CAP ", 4)) {
        acked += memmem(command, left, " ACK ", 5) != NULL;
    } else if ((numeric >= 400 && numeric < 600 && numeric != 422) || (left > 5 && !memcmp(command, "ERROR", 5) && !quitting)) {
        noted_error(command, left);
    }
}

/* Read lines, whole ones. */
static void read_lines(struct client *c)
{
    if (!c->buffer)
        c->buffer = malloc(BUFFER);
    for (;;) {
        ssize_t n = recv(c->fd, c->buffer + c->held, BUFFER - c->held, MSG_DONTWAIT);
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN)
                lost(c);
            return;
        }
        double at = now();
        size_t size = c->held + n;
        char *line = c->buffer, *end;
        while (c->state != DEAD && (end = memchr(line, '\n', c->buffer + size - line))) {
            heard(c, line, end - line - (end > line && end[-1] == '\r'), at);
            line = end + 1;
        }
        c->held = c->buffer + size - line;
        memmove(c->buffer, line, c->held);
        if (c->held == BUFFER)
            c->held = 0;
        if (n < 4096)
            return;
    }
}

/* Count lines: half of one is counted when its end comes. */
static void count_lines(struct client *c)
{
    static char text[1 << 20];
    for (;;) {
        ssize_t n = recv(c->fd, text, sizeof text, MSG_DONTWAIT);
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN)
                lost(c);
            return;
        }
        char *line = text, *end;
        while ((end = memchr(line, '\n', text + n - line))) {
            if (line[0] == 'P' && line[1] == 'I')
                heard(c, line, end - line - (end[-1] == '\r'), 0);
            else if (c->channel < nchannels)
                delivered++;
            line = end + 1;
        }
        if ((size_t)n < sizeof text)
            return;
    }
}

static void turn(int milliseconds)
{
    struct epoll_event events[512];
    int n = epoll_wait(poller, events, 512, milliseconds);
    for (int i = 0; i < n; i++) {
        struct client *c = events[i].data.ptr;
        if (c->state == DEAD)
            continue;
        if (events[i].events & EPOLLOUT) {
            watch(c, 0);
            if (c->state == CONNECTING)
                introduce(c);
            else
                flush(c);
        }
        if (c->state == DEAD || !(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
            continue;
        if (talking && !c->probe)
            count_lines(c);
        else
            read_lines(c);
    }
}

/* Go on until nothing has come for some time. */
static void quiet(double wanted)
{
    struct epoll_event event;
    for (double last = now(); now() - last < wanted;) {
        if (epoll_wait(poller, &event, 1, 10) > 0)
            last = now();
        turn(0);
    }
}

static double connect_all(void)
{
    double began = now(), changed = began;
    int last = 0;
    for (int opened = 0; registered + dead < nall && now() - changed < PATIENCE;) {
        while (opened < nall && opened - registered - dead < at_once)
            open_client(&clients[opened++]);
        turn(20);
        if (registered != last) {
            last = registered;
            changed = now();
        }
    }
    return now() - began;
}

static double join_all(void)
{
    char text[64];
    int wanted = 0;
    double began = now();
    ping(began);
    for (int i = 0; i < nall; i++) {
        if (clients[i].channel < 0 || clients[i].state != REGISTERED)
            continue;
        clients[i].state = JOINING;
        say(&clients[i], text, sprintf(text, "JOIN #load%d\r\n", clients[i].channel));
        wanted++;
    }
    for (double changed = now(), last = ready; ready + dead < wanted && now() - changed < PATIENCE;) {
        turn(5);
        if (!pinged_at)
            ping(now());
        if (ready != last) {
            last = ready;
            changed = now();
        }
    }
    double ended = now();
    while (pinged_at && now() - ended < 5)
        turn(5);
    return ended - began;
}

static double quit_all(void)
{
    double began = now(), changed = began;
    unsigned long long last = 0;
    stall = 0;
    quitting = 1;
    ping(began);
    for (int i = 1; i < nclients; i++)
        say(&clients[i], "QUIT :bye\r\n", 11);
    while (quits < (unsigned long long)nclients - 1 && now() - changed < 5) {
        turn(5);
        if (!pinged_at)
            ping(now());
        if (quits != last) {
            last = quits;
            changed = now();
        }
    }
    double ended = quits >= (unsigned long long)nclients - 1 ? now() : changed;
    while (pinged_at && now() - ended < 5)
        turn(5);
    return ended - began;
}

static void send_message(struct client *c, unsigned number, double at)
{
    static char text[1024];
    int size = sprintf(text, "PRIVMSG #load%d :#%u ", c->channel, number), end = size + length;
    if (end > 480)
        end = 480;
    while (size < end) {
        text[size] = 'a' + size % 26;
        size++;
    }
    text[size++] = '\r';
    text[size++] = '\n';
    sent_at[number] = at;
    say(c, text, size);
}

struct talked { unsigned long long sent, expected; double took; };

/* Send what may be sent now; return how many numbers were used up to now. */
static void pump(struct talked *t, const int *members, int echo, unsigned *number, double began)
{
    int most = nmessages, per = nclients / nchannels - 1 + echo;
    for (int burst = 0; t->sent < (unsigned long long)most && burst < 256; burst++) {
        if (rate > 0 ? now() < began + t->sent / rate
                     : t->expected - delivered >= (unsigned long long)window * (per > 1 ? per : 1))
            break;
        struct client *c = &clients[t->sent % nsenders];
        t->sent++;
        if (c->state != READY)
            continue;
        send_message(c, (*number)++, rate > 0 ? began + (t->sent - 1) / rate : now());
        t->expected += members[c->channel] - 1 + echo;
    }
}

static struct talked talk(int echo)
{
    struct talked t = {0};
    int *members = calloc(nchannels + 1, sizeof *members);
    unsigned number = 0, others = 0;
    for (int i = 0; i < nall; i++)
        if (clients[i].channel >= 0 && clients[i].state == READY)
            members[clients[i].channel]++;
    sent_at = calloc(nmessages + (size_t)(seconds * BESIDE_RATE) + 2, sizeof *sent_at);
    double began = now(), changed = began;
    unsigned long long last = 0;
    while ((t.sent < (unsigned long long)nmessages || delivered < t.expected) && now() - began < seconds) {
        pump(&t, members, echo, &number, began);
        double due = began + others / BESIDE_RATE;
        if (beside && now() >= due) {
            others++;
            send_message(small_sender, number++, due);
        }
        turn(rate > 0 || beside ? 1 : 20);
        if (delivered != last) {
            last = delivered;
            changed = now();
        } else if (now() - changed > 5) {
            break;
        }
    }
    t.took = (delivered >= t.expected ? now() : changed) - began;
    return t;
}

static void read_options(int argc, char **argv)
{
    for (int o; (o = getopt(argc, argv, "a:p:P:k:n:c:s:m:l:w:r:C:b:t:")) != -1;)
        switch (o) {
        case 'a': at_once = atoi(optarg); break;
        case 'p': port = atoi(optarg); break;
        case 'P': server_pid = atoi(optarg); break;
        case 'k': kind = optarg; break;
        case 'n': nclients = atoi(optarg); break;
        case 'c': nchannels = atoi(optarg); break;
        case 's': nsenders = atoi(optarg); break;
        case 'm': nmessages = atoi(optarg); break;
        case 'l': length = atoi(optarg); break;
        case 'w': window = atoi(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'C': caps = optarg; break;
        case 'b': beside = atoi(optarg); break;
        case 't': seconds = atof(optarg); break;
        default: exit(2);
        }
    if (!port || nclients < 1 || nchannels < 1 || nsenders < 1 || nsenders > nclients || strlen(caps) > 500) {
        fprintf(stderr, "load: a port, and numbers that fit together, are needed: see the head of load.c\n");
        exit(2);
    }
}

/* The clients of the channels, those of the room beside them, and the bystander. */
static void cast(void)
{
    nall = nclients + beside + 1;
    clients = calloc(nall, sizeof *clients);
    for (int i = 0; i < nall; i++) {
        clients[i].channel = i < nclients ? i % nchannels : i < nclients + beside ? nchannels : -1;
        clients[i].probe = i >= nclients || i >= nclients - PROBES || i >= nclients - nchannels;
    }
    clients[0].probe |= !strcmp(kind, "quit");
    small_sender = &clients[nclients];
    bystander = &clients[nall - 1];
}

static double percentile(double part)
{
    return nlatencies ? latencies[(size_t)((nlatencies - 1) * part)] * 1e3 : 0;
}

int main(int argc, char **argv)
{
    struct rlimit files = {200000, 200000};
    struct talked t = {0};
    read_options(argc, argv);
    if (setrlimit(RLIMIT_NOFILE, &files)) {
        getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    poller = epoll_create1(0);
    cast();
    double before = proc_field("status", "VmRSS:"), connected = connect_all(), joined = 0, quit = 0;
    int idle = !strcmp(kind, "idle");
    double began = server_cpu();
    if (!idle)
        joined = join_all();
    double join_cpu = server_cpu() - began, join_stall = stall;
    quiet(idle ? 1 : 0.3);
    double after = proc_field("status", "VmRSS:");
    for (int i = 0; i < nall; i++)
        if (!clients[i].probe) {
            free(clients[i].buffer);
            clients[i].buffer = NULL;
        }
    int echo = acked && strstr(caps, "echo-message") != NULL;
    double cpu = server_cpu(), own = clock() / (double)CLOCKS_PER_SEC;
    if (!strcmp(kind, "talk")) {
        talking = 1;
        t = talk(echo);
    } else if (!strcmp(kind, "quit")) {
        quit = quit_all();
    }
    cpu = server_cpu() - cpu;
    own = clock() / (double)CLOCKS_PER_SEC - own;
    qsort(latencies, nlatencies, sizeof *latencies, by_size);
    printf("{\"clients\": %d, \"registered\": %d, \"in_channels\": %d, \"dead\": %d, \"capabilities\": %d,\n", nall,
           registered, ready, dead, registered ? acked / registered : 0);
    printf(" \"connect_s\": %.4f, \"join_s\": %.4f, \"join_cpu_s\": %.3f, \"join_stall_ms\": %.3f,\n", connected, joined,
           join_cpu, join_stall * 1e3);
    printf(" \"quit_s\": %.4f, \"quits\": %llu, \"quit_stall_ms\": %.3f,\n", quit, quits, quit ? stall * 1e3 : 0);
    printf(" \"sent\": %llu, \"expected\": %llu, \"delivered\": %llu, \"seconds\": %.4f,\n", t.sent, t.expected, delivered,
           t.took);
    printf(" \"per_second\": %.0f, \"cpu_us\": %.4f, \"server_cpu_s\": %.3f, \"own_cpu_s\": %.3f,\n",
           t.took > 0 ? delivered / t.took : 0, delivered ? cpu * 1e6 / delivered : 0, cpu, own);
    printf(" \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"latencies\": %zu,\n", percentile(.5), percentile(.99),
           percentile(1), nlatencies);
    printf(" \"rss_before_kib\": %.0f, \"rss_kib\": %.0f, \"kib_per_client\": %.2f, \"refused\": %llu,\n", before, after,
           registered ? (after - before) / registered : 0, refused);
    printf(" \"first_error\": \"%s\"}\n", first_error);
    return 0;
}
