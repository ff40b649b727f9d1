#!/usr/bin/env node
// Keeps the table of the WiFi clients of one unit, and shows those of all units.
//
// usage: client-table.js --unit NAME [--host HOST] [--port PORT]
//
// Lines on standard input say what this unit's table is:
//   + MAC JSON    this client is here, and this is known of it
//   - MAC         it has left
//   .             that was the whole table: rows left over from an earlier run may go
// Lines on standard output say what all tables together are: "+ UNIT/MAC JSON", "- UNIT/MAC", and
// "ready N clients" whenever all there is has been shown.
//
// Needs mqtt.js: npm ci in this folder. Speaks MQTT 5.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import mqtt from "mqtt";

const TABLES = "clients/";
// The filter that is answered when the snapshots of the filters before it are complete.
const MARKER = "$bookshelf/snapshot/client-table";
// So many writes wait for their acknowledgement at most; a unit takes 1,024 by default.
const WINDOW = 20;
const RETRY_MILLIS = 1000;

const say = (text) => console.error(`client-table: ${text}`);

class ClientTable {
  constructor({ host, port, unit }) {
    this.address = { host, port };
    this.unit = unit;
    this.prefix = `${TABLES}${unit}/`;
    this.presence = `presence/${unit}`;
    // What this unit's keys have to be; an empty value: deleted.
    this.own = new Map([[this.presence, "online"]]);
    this.ownIsWhole = false;
    // What all tables are, as shown; and the keys that the current connection has told of.
    this.view = new Map();
    this.told = new Set();
    // Keys of `own` that are not known to be stored, in the order of their changes; and those that were sent.
    this.unsaved = new Set();
    this.inFlight = new Set();
    this.refused = new Set();
    this.retry = undefined;
    this.client = undefined;
    this.isReady = false;
  }

  // The unit

  connect() {
    // A new client for each connection: one that reconnects by itself would also send old writes again by
    // itself, and what they are now is known here.
    const client = mqtt.connect({
      ...this.address,
      protocolVersion: 5,
      clientId: `client-table-${this.unit}`,
      clean: true,
      keepalive: 30,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      // The unit does this when we are gone, however that happens: with kill -9, too. Empty: deleted.
      will: { topic: this.presence, payload: "", qos: 1, retain: true },
    });
    this.client = client;
    client.on("connect", () => {
      this.told.clear();
      // The session is a new one each time, so the snapshot is, too. Both filters in one SUBSCRIBE, the marker last.
      client.subscribe({ [`${TABLES}+/+`]: { qos: 1 }, [MARKER]: { qos: 0 } });
    });
    client.on("message", (key, payload) => this.message(key, payload.toString()));
    client.on("error", (error) => say(error.message || error.code));
    client.on("close", () => this.lost());
  }

  lost() {
    say("no unit: trying again");
    this.client = undefined;
    this.isReady = false;
    // Nobody knows whether these were stored. To write the same once more does no harm.
    for (const key of this.inFlight) this.unsaved.add(key);
    this.inFlight.clear();
    setTimeout(() => this.connect(), RETRY_MILLIS);
  }

  message(key, value) {
    if (key === MARKER) {
      this.snapshotComplete();
    } else {
      this.told.add(key);
      this.show(key, value);
    }
  }

  snapshotComplete() {
    // The snapshot is the truth: what it did not tell of is gone, deleted while we were away.
    for (const key of this.view.keys()) {
      if (!this.told.has(key)) this.show(key, "");
    }
    // And what it says of our own keys is compared with what they have to be.
    for (const [key, value] of this.own) {
      if (key.startsWith(TABLES) && (this.view.get(key) ?? "") !== value) this.unsaved.add(key);
    }
    // The will of the connection before may have deleted it meanwhile.
    this.unsaved.add(this.presence);
    this.isReady = true;
    this.dropLeftovers();
    this.save();
    console.log(`ready ${this.view.size} clients`);
  }

  show(key, value) {
    if (value === (this.view.get(key) ?? "")) return;
    const name = key.slice(TABLES.length);
    if (value) {
      this.view.set(key, value);
      console.log(`+ ${name} ${value}`);
    } else {
      this.view.delete(key);
      console.log(`- ${name}`);
    }
  }

  // This unit's own keys

  setOwn(key, value) {
    this.own.set(key, value);
    this.unsaved.add(key);
  }

  dropLeftovers() {
    if (!this.ownIsWhole || !this.isReady) return;
    for (const key of this.view.keys()) {
      if (key.startsWith(this.prefix) && !this.own.has(key)) this.setOwn(key, "");
    }
  }

  save() {
    for (const key of this.unsaved) {
      if (!this.isReady || this.inFlight.size === WINDOW) return;
      // One at a time of each key, so that the last one stands.
      if (!this.inFlight.has(key)) this.write(key);
    }
  }

  write(key) {
    const client = this.client;
    this.unsaved.delete(key);
    this.inFlight.add(key);
    // Retained: stored. QoS 1: acknowledged when it is on disk. Empty: deleted.
    client.publish(key, this.own.get(key), { qos: 1, retain: true }, (error) => {
      if (client !== this.client) return; // of a connection that was lost: sent again by the next one
      this.inFlight.delete(key);
      if (error) {
        // Refused, such as by a full disk: that may pass.
        say(`${key}: ${error.message}: trying again`);
        this.refused.add(key);
        this.retry ??= setTimeout(() => this.retryRefused(), RETRY_MILLIS);
      } else if (this.own.get(key) === "" && !this.unsaved.has(key)) {
        this.own.delete(key);
      }
      this.save();
    });
  }

  retryRefused() {
    this.retry = undefined;
    for (const key of this.refused) this.unsaved.add(key);
    this.refused.clear();
    this.save();
  }

  line(line) {
    const [, sign, mac, value] = /^([-+])\s+(\S+)(?:\s+(.+))?$/.exec(line) ?? [];
    if (sign === "+" && value) {
      this.setOwn(this.prefix + mac, value);
    } else if (sign === "-" && !value) {
      this.setOwn(this.prefix + mac, "");
    } else if (line === ".") {
      this.ownIsWhole = true;
      this.dropLeftovers();
    } else {
      say(`skipped, it is none of '+ MAC JSON', '- MAC' and '.': ${line}`);
    }
    this.save();
  }
}

let options;
try {
  options = parseArgs({
    options: {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "1883" },
      unit: { type: "string" },
    },
  }).values;
} catch (error) {
  say(error.message);
  process.exit(2);
}
const port = Number(options.port);
if (!options.unit || !(port > 0 && port < 65536)) {
  say("usage: client-table.js --unit NAME [--host HOST] [--port PORT]");
  process.exit(2);
}
const table = new ClientTable({ ...options, port });
createInterface({ input: process.stdin }).on("line", (line) => table.line(line));
table.connect();
