import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { type Message, NO_PROPERTIES, type Properties } from "../model/message";
import { type Connection, type Credentials, type Listener, type Open, type Publication, WriteError } from "./connection";

const MARKER = "$bookshelf/snapshot/app";
/** The few that tell of the unit first; the marker last: it comes when the snapshots of those before it have been sent. */
const FILTERS = ["$bookshelf/unit", "$bookshelf/health", "$bookshelf/clock", "$bookshelf/conflicts",
  "$bookshelf/peers/+", "$bookshelf/catalogue/#", "#", MARKER];
const OPEN_MILLIS = 8_000;
const KEEP_ALIVE_SECONDS = 10;
const WRITE_MILLIS = 10_000;
const NOT_AUTHORISED = [0x86, 0x87, 4, 5];

type Packet = IPublishPacket & { properties?: IPublishPacket["properties"] };

/** Opens connections to this address; each is one MQTT connection that never reconnects by itself. */
export const opener = (url: string): Open => (credentials, listener) => new MqttConnection(url, credentials, listener);

class MqttConnection implements Connection {
  private readonly client: MqttClient;
  private readonly reasons = new Map<number, string>();
  private readonly waiting = new Set<(error: WriteError) => void>();
  private ended = false;
  private refused = false;

  constructor(url: string, credentials: Credentials | undefined, private readonly listener: Listener) {
    this.client = mqtt.connect(url, options(credentials));
    this.client.on("connect", () => this.subscribe());
    this.client.on("message", (topic, _payload, packet) => this.take(topic, packet));
    this.client.on("packetreceive", (packet) => {
      const reason = packet.cmd === "puback" ? packet.properties?.reasonString : undefined;
      if (packet.cmd === "puback" && packet.messageId !== undefined && reason !== undefined) {
        this.reasons.set(packet.messageId, reason);
      }
    });
    this.client.on("error", (error) => {
      this.refused ||= NOT_AUTHORISED.includes((error as { code?: number }).code ?? 0);
      this.end();
    });
    this.client.on("close", () => this.end());
    this.client.on("disconnect", () => this.end());
  }

  publish(publication: Publication): Promise<void> {
    if (this.ended || !this.client.connected) return Promise.reject(new WriteError("cut off"));
    return new Promise((resolve, reject) => {
      const fail = (error: WriteError): void => {
        clearTimeout(timer);
        this.waiting.delete(fail);
        reject(error);
      };
      const timer = setTimeout(() => fail(new WriteError("unacknowledged")), WRITE_MILLIS);
      this.waiting.add(fail);
      // Typed for Node; it takes whatever bytes there are.
      this.client.publish(publication.key, publication.payload as Buffer, { qos: 1, retain: true, properties: sent(publication) }, (error, packet) => {
        if (error == null) {
          clearTimeout(timer);
          this.waiting.delete(fail);
          resolve();
          return;
        }
        const id = (packet as { messageId?: number } | undefined)?.messageId ?? -1;
        fail(new WriteError("refused", (error as { code?: number }).code ?? 0, this.reasons.get(id) ?? ""));
        this.reasons.delete(id);
      });
    });
  }

  close(): void {
    this.client.end(true);
    this.end();
  }

  private subscribe(): void {
    this.listener.opened();
    const filters = Object.fromEntries(FILTERS.map((filter) => [filter, { qos: 0 as const, rap: false, rh: 0 as const }]));
    this.client.subscribe(filters, (error) => {
      if (error != null) this.end();
    });
  }

  private take(topic: string, packet: Packet): void {
    if (this.ended) return;
    if (topic === MARKER) this.listener.snapshotComplete();
    else this.listener.message(messageOf(topic, packet));
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.client.end(true);
    for (const fail of [...this.waiting]) fail(new WriteError("unacknowledged"));
    this.listener.closed({ kind: this.refused ? "refused" : "lost" });
  }
}

function options(credentials: Credentials | undefined): IClientOptions {
  return {
    protocolVersion: 5,
    clean: true,
    clientId: "app-" + crypto.getRandomValues(new Uint32Array(2)).join("-"),
    reconnectPeriod: 0,
    connectTimeout: OPEN_MILLIS,
    keepalive: KEEP_ALIVE_SECONDS,
    // The other kind makes a worker out of a blob, which the page's policy forbids.
    timerVariant: "native",
    ...(credentials && { username: credentials.user, password: credentials.password }),
  };
}

function messageOf(topic: string, packet: Packet): Message {
  const { bookshelf, properties } = received(packet);
  return {
    topic,
    // A copy: what came is a window on a whole frame, which must not be kept for it.
    payload: new Uint8Array(packet.payload as Uint8Array),
    retained: packet.retain,
    version: bookshelf["bookshelf-version"] ?? "",
    unit: bookshelf["bookshelf-unit"] ?? "",
    time: Date.parse(bookshelf["bookshelf-time"] ?? ""),
    expiry: packet.properties?.messageExpiryInterval,
    properties,
  };
}

function received(packet: Packet): { bookshelf: Record<string, string>; properties: Properties } {
  const bookshelf: Record<string, string> = {};
  const others: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(packet.properties?.userProperties ?? {})) {
    if (name.startsWith("bookshelf-")) bookshelf[name] = String(value);
    else others[name] = value as string | string[];
  }
  const { contentType, payloadFormatIndicator, responseTopic, correlationData } = packet.properties ?? {};
  const properties: Properties = {
    ...(contentType !== undefined && { contentType }),
    ...(payloadFormatIndicator !== undefined && { text: payloadFormatIndicator }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: new Uint8Array(correlationData) }),
    ...(Object.keys(others).length > 0 && { userProperties: others }),
  };
  return { bookshelf, properties: Object.keys(properties).length > 0 ? properties : NO_PROPERTIES };
}

function sent({ properties, expiry }: Publication): NonNullable<IPublishPacket["properties"]> {
  const { contentType, text, responseTopic, correlationData, userProperties } = properties;
  return {
    ...(contentType !== undefined && { contentType }),
    ...(text !== undefined && { payloadFormatIndicator: text }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: correlationData as Buffer }),
    ...(userProperties !== undefined && { userProperties: userProperties as Record<string, string | string[]> }),
    ...(expiry !== undefined && { messageExpiryInterval: expiry }),
  };
}
