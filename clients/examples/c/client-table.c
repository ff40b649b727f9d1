/*
 * Keeps the table of the WiFi clients of one unit, and shows those of all units.
 *
 * usage: client-table --unit NAME [--host HOST] [--port PORT]
 *
 * Lines on standard input say what this unit's table is:
 *   + MAC JSON    this client is here, and this is known of it
 *   - MAC         it has left
 *   .             that was the whole table: rows left over from an earlier run may go
 * Lines on standard output say what all tables together are: "+ UNIT/MAC JSON", "- UNIT/MAC", and
 * "ready N clients" whenever all there is has been shown.
 *
 * Needs the Eclipse Paho library for C (Debian: libpaho-mqtt-dev), whose asynchronous half is the one
 * that tells when MQTT 5 refuses a write. Its callbacks come on a thread of its own: they only put what
 * happened into a queue. All else is done by one thread, which waits for that queue and for standard input.
 */
#define _GNU_SOURCE
#include <MQTTAsync.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TABLES "clients/"
/* The filter that is answered when the snapshots of the filters before it are complete. */
#define MARKER "$bookshelf/snapshot/client-table"
/* So many writes wait for their acknowledgement at most; a unit takes 1,024 by default. */
#define WINDOW 20
#define RETRY_MILLIS 1000

enum kind { CONNECTED, LOST, MESSAGE, STORED, REFUSED };

/* Something that the library told. */
struct event {
  struct event *next;
  enum kind kind;
  long write;  /* STORED, REFUSED: the number of the write */
  char *key;   /* MESSAGE */
  char *value; /* MESSAGE; empty: deleted */
};

/* A key; a list of them is enough for the clients of a home. */
struct row {
  struct row *next;
  char *key;
  char *value;  /* own: what it has to be, empty: deleted */
  bool told;    /* view: the current connection has told of it */
  bool unsaved; /* own: not known to be stored */
  long write;   /* own: the number of the write that is in flight, or 0 */
};

struct daemon {
  MQTTAsync client;
  const char *unit;
  char *prefix;
  char *presence;
  struct row *own;  /* what this unit's keys have to be */
  struct row *view; /* what all tables are, as shown */
  bool own_is_whole;
  bool is_ready;
  bool is_down; /* no connection, and none under way */
  int in_flight;
  long writes;
  long retry_at;

  pthread_mutex_t lock; /* guards the queue, and nothing else */
  struct event *first;
  struct event **last;
  int wake;
};

/* What a write is told by: the callbacks of an old connection may come late. */
struct receipt {
  struct daemon *daemon;
  long write;
};

static void say(const char *what, const char *more) { fprintf(stderr, "client-table: %s%s\n", what, more); }

static void die(const char *what) {
  say(what, "");
  exit(1);
}

static void *got(void *memory) {
  if (memory == NULL) die("no memory");
  return memory;
}

static char *copy(const char *bytes, size_t length) {
  char *text = got(malloc(length + 1));
  if (length > 0) memcpy(text, bytes, length);
  text[length] = '\0';
  return text;
}

static char *join(const char *first, const char *second) {
  char *text;
  if (asprintf(&text, "%s%s", first, second) < 0) die("no memory");
  return text;
}

static long now_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

static bool starts_with(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

/* The library's thread */

static void tell(struct daemon *daemon, enum kind kind, long write, char *key, char *value) {
  struct event *event = got(malloc(sizeof *event));
  *event = (struct event){NULL, kind, write, key, value};
  pthread_mutex_lock(&daemon->lock);
  *daemon->last = event;
  daemon->last = &event->next;
  pthread_mutex_unlock(&daemon->lock);
  eventfd_write(daemon->wake, 1);
}

static void on_connected(void *context, MQTTAsync_successData5 *data) {
  (void)data;
  tell(context, CONNECTED, 0, NULL, NULL);
}

static void on_not_connected(void *context, MQTTAsync_failureData5 *data) {
  (void)data;
  tell(context, LOST, 0, NULL, NULL);
}

static void on_lost(void *context, char *cause) {
  (void)cause;
  tell(context, LOST, 0, NULL, NULL);
}

static int on_message(void *context, char *topic, int topic_length, MQTTAsync_message *message) {
  char *key = copy(topic, topic_length > 0 ? (size_t)topic_length : strlen(topic));
  tell(context, MESSAGE, 0, key, copy(message->payload, (size_t)message->payloadlen));
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;
}

static void on_stored(void *context, MQTTAsync_successData5 *data) {
  struct receipt *receipt = context;
  (void)data;
  tell(receipt->daemon, STORED, receipt->write, NULL, NULL);
  free(receipt);
}

static void on_refused(void *context, MQTTAsync_failureData5 *data) {
  struct receipt *receipt = context;
  (void)data;
  tell(receipt->daemon, REFUSED, receipt->write, NULL, NULL);
  free(receipt);
}

/* Rows */

static struct row *find(struct row *rows, const char *key) {
  while (rows != NULL && strcmp(rows->key, key) != 0) rows = rows->next;
  return rows;
}

static struct row *find_or_add(struct row **rows, const char *key) {
  struct row *row = find(*rows, key);
  if (row == NULL) {
    row = got(calloc(1, sizeof *row));
    row->key = join(key, "");
    row->value = join("", "");
    row->next = *rows;
    *rows = row;
  }
  return row;
}

static void set_value(struct row *row, const char *value) {
  free(row->value);
  row->value = join(value, "");
}

/* Drops the rows that are deleted and of which nothing is still to be done. */
static void prune(struct row **rows) {
  while (*rows != NULL) {
    struct row *row = *rows;
    if (row->value[0] == '\0' && !row->unsaved && row->write == 0) {
      *rows = row->next;
      free(row->key);
      free(row->value);
      free(row);
    } else {
      rows = &row->next;
    }
  }
}

/* Shows a change, if it is one. */
static void show(struct row *row, const char *value) {
  const char *name = row->key + strlen(TABLES);
  if (strcmp(row->value, value) == 0) return;
  set_value(row, value);
  if (value[0] != '\0') printf("+ %s %s\n", name, value);
  else printf("- %s\n", name);
}

/* This unit's own keys */

static void set_own(struct daemon *daemon, const char *key, const char *value) {
  struct row *row = find_or_add(&daemon->own, key);
  set_value(row, value);
  row->unsaved = true;
}

static void drop_leftovers(struct daemon *daemon) {
  if (!daemon->own_is_whole || !daemon->is_ready) return;
  for (struct row *row = daemon->view; row != NULL; row = row->next) {
    if (starts_with(row->key, daemon->prefix) && find(daemon->own, row->key) == NULL) set_own(daemon, row->key, "");
  }
}

static void write_row(struct daemon *daemon, struct row *row) {
  struct receipt *receipt = got(malloc(sizeof *receipt));
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  *receipt = (struct receipt){daemon, ++daemon->writes};
  options.onSuccess5 = on_stored;
  options.onFailure5 = on_refused;
  options.context = receipt;
  /* Retained: stored. QoS 1: acknowledged when it is on disk. Empty: deleted. */
  if (MQTTAsync_send(daemon->client, row->key, (int)strlen(row->value), row->value, 1, 1, &options) !=
      MQTTASYNC_SUCCESS) {
    free(receipt); /* the connection is being lost: on_lost follows */
    return;
  }
  row->unsaved = false;
  row->write = receipt->write;
  daemon->in_flight++;
}

static void save(struct daemon *daemon) {
  if (!daemon->is_ready) return;
  for (struct row *row = daemon->own; row != NULL && daemon->in_flight < WINDOW; row = row->next) {
    /* One at a time of each key, so that the last one stands. */
    if (row->unsaved && row->write == 0) write_row(daemon, row);
  }
}

/* Takes a whole line of standard input. */
static void take_line(struct daemon *daemon, char *line) {
  char *rest = line;
  char *sign = strsep(&rest, " ");
  char *mac = strsep(&rest, " ");
  char *key = join(daemon->prefix, mac != NULL ? mac : "");
  bool named = mac != NULL && mac[0] != '\0';
  if (strcmp(sign, "+") == 0 && named && rest != NULL && rest[0] != '\0') {
    set_own(daemon, key, rest);
  } else if (strcmp(sign, "-") == 0 && named && rest == NULL) {
    set_own(daemon, key, "");
  } else if (strcmp(sign, ".") == 0 && mac == NULL) {
    daemon->own_is_whole = true;
    drop_leftovers(daemon);
  } else {
    say("skipped, it is none of '+ MAC JSON', '- MAC' and '.': ", line);
  }
  free(key);
  save(daemon);
}

/* The unit */

static void connect_to_unit(struct daemon *daemon) {
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  /* The unit does this when we are gone, however that happens: with kill -9, too. Empty: deleted. */
  will.topicName = daemon->presence;
  will.message = "";
  will.qos = 1;
  will.retained = 1;
  options.will = &will;
  options.cleanstart = 1;
  options.keepAliveInterval = 30;
  options.connectTimeout = 10;
  options.onSuccess5 = on_connected;
  options.onFailure5 = on_not_connected;
  options.context = daemon;
  daemon->is_down = MQTTAsync_connect(daemon->client, &options) != MQTTASYNC_SUCCESS;
  daemon->retry_at = now_millis() + RETRY_MILLIS;
}

static void connected(struct daemon *daemon) {
  char *filters[] = {TABLES "+/+", MARKER};
  int qos[] = {1, 0};
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  for (struct row *row = daemon->view; row != NULL; row = row->next) row->told = false;
  /* The session is a new one each time, so the snapshot is, too. Both filters in one SUBSCRIBE, the marker last. */
  MQTTAsync_subscribeMany(daemon->client, 2, filters, qos, &options);
}

static void lost(struct daemon *daemon) {
  say("no unit: trying again", "");
  daemon->is_ready = false;
  daemon->is_down = true;
  daemon->retry_at = now_millis() + RETRY_MILLIS;
  /* Nobody knows whether these were stored. To write the same once more does no harm. */
  for (struct row *row = daemon->own; row != NULL; row = row->next) {
    if (row->write != 0) row->unsaved = true;
    row->write = 0;
  }
  daemon->in_flight = 0;
}

static void snapshot_complete(struct daemon *daemon) {
  int clients = 0;
  /* The snapshot is the truth: what it did not tell of is gone, deleted while we were away. */
  for (struct row *row = daemon->view; row != NULL; row = row->next) {
    if (!row->told) show(row, "");
  }
  prune(&daemon->view);
  for (struct row *row = daemon->view; row != NULL; row = row->next) clients++;
  /* And what it says of our own keys is compared with what they have to be. */
  for (struct row *row = daemon->own; row != NULL; row = row->next) {
    struct row *seen = find(daemon->view, row->key);
    if (starts_with(row->key, TABLES) && strcmp(seen != NULL ? seen->value : "", row->value) != 0) row->unsaved = true;
  }
  /* The will of the connection before may have deleted it meanwhile. */
  set_own(daemon, daemon->presence, "online");
  daemon->is_ready = true;
  drop_leftovers(daemon);
  save(daemon);
  printf("ready %d clients\n", clients);
}

static void message(struct daemon *daemon, const char *key, const char *value) {
  struct row *row;
  if (strcmp(key, MARKER) == 0) {
    snapshot_complete(daemon);
    return;
  }
  row = find_or_add(&daemon->view, key);
  row->told = true;
  show(row, value);
  if (value[0] == '\0') prune(&daemon->view);
}

static void answered(struct daemon *daemon, long write, bool stored) {
  struct row *row = daemon->own;
  while (row != NULL && row->write != write) row = row->next;
  if (row == NULL) return; /* of a connection that was lost: sent again by the next one */
  row->write = 0;
  daemon->in_flight--;
  if (stored) {
    prune(&daemon->own);
    save(daemon);
  } else {
    /* Refused, such as by a full disk: that may pass. */
    say("not stored, trying again: ", row->key);
    row->unsaved = true;
    daemon->retry_at = now_millis() + RETRY_MILLIS;
  }
}

static void take_events(struct daemon *daemon) {
  eventfd_t count;
  struct event *event;
  eventfd_read(daemon->wake, &count);
  pthread_mutex_lock(&daemon->lock);
  event = daemon->first;
  daemon->first = NULL;
  daemon->last = &daemon->first;
  pthread_mutex_unlock(&daemon->lock);
  while (event != NULL) {
    struct event *next = event->next;
    switch (event->kind) {
      case CONNECTED: connected(daemon); break;
      case LOST: lost(daemon); break;
      case MESSAGE: message(daemon, event->key, event->value); break;
      case STORED: answered(daemon, event->write, true); break;
      case REFUSED: answered(daemon, event->write, false); break;
    }
    free(event->key);
    free(event->value);
    free(event);
    event = next;
  }
}

/* Both together */

static void run(struct daemon *daemon) {
  struct pollfd waits[] = {{.fd = daemon->wake, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  char *text = NULL;
  size_t length = 0;
  for (;;) {
    if (now_millis() >= daemon->retry_at) {
      if (daemon->is_down) connect_to_unit(daemon);
      else save(daemon);
    }
    if (poll(waits, 2, RETRY_MILLIS) < 0 && errno != EINTR) die("poll failed");
    if (waits[0].revents != 0) take_events(daemon);
    if (waits[1].revents != 0) {
      char buffer[65536];
      char *end;
      char *start;
      ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
      if (count <= 0) {
        waits[1].fd = -1; /* the table stays as it is; the others' go on changing */
        count = 0;
      }
      text = got(realloc(text, length + (size_t)count + 1));
      memcpy(text + length, buffer, (size_t)count);
      length += (size_t)count;
      for (start = text; (end = memchr(start, '\n', length - (size_t)(start - text))) != NULL; start = end + 1) {
        *end = '\0';
        take_line(daemon, start);
      }
      length -= (size_t)(start - text);
      memmove(text, start, length);
    }
  }
}

int main(int argc, char **argv) {
  static const struct option known[] = {
      {"host", required_argument, NULL, 'h'},
      {"port", required_argument, NULL, 'p'},
      {"unit", required_argument, NULL, 'u'},
      {NULL, 0, NULL, 0},
  };
  const char *host = "127.0.0.1";
  const char *port = "1883";
  struct daemon daemon = {.is_down = true, .lock = PTHREAD_MUTEX_INITIALIZER};
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;
  char *address;
  int option;
  while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
    switch (option) {
      case 'h': host = optarg; break;
      case 'p': port = optarg; break;
      case 'u': daemon.unit = optarg; break;
      default: return 2;
    }
  }
  if (daemon.unit == NULL || optind != argc) {
    say("usage: client-table --unit NAME [--host HOST] [--port PORT]", "");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  daemon.last = &daemon.first;
  daemon.wake = eventfd(0, EFD_CLOEXEC);
  daemon.presence = join("presence/", daemon.unit);
  if (asprintf(&daemon.prefix, TABLES "%s/", daemon.unit) < 0 || asprintf(&address, "tcp://%s:%s", host, port) < 0) {
    die("no memory");
  }
  if (MQTTAsync_createWithOptions(&daemon.client, address, join("client-table-", daemon.unit),
                                  MQTTCLIENT_PERSISTENCE_NONE, NULL, &options) != MQTTASYNC_SUCCESS ||
      MQTTAsync_setCallbacks(daemon.client, &daemon, on_lost, on_message, NULL) != MQTTASYNC_SUCCESS) {
    die("cannot make a client: is the address right?");
  }
  set_own(&daemon, daemon.presence, "online");
  run(&daemon);
}
