// An mqtt.js client over WebSocket, driven by lines as src/test/python/paho_client.py is.
// usage: client.js URL (3|5) CLIENT_ID
import mqtt from "mqtt";
import readline from "node:readline";

const [url, version, clientId] = process.argv.slice(2);
const say = (...fields) => process.stdout.write(fields.join("\t") + "\n");

const client = mqtt.connect(url, {
  clientId,
  protocolVersion: version === "5" ? 5 : 4,
  reconnectPeriod: 0,
});

const propertiesOf = (packet) => {
  const { userProperties, contentType, responseTopic, correlationData } = packet.properties ?? {};
  return {
    ...userProperties,
    ...(contentType && { ContentType: contentType }),
    ...(responseTopic && { ResponseTopic: responseTopic }),
    ...(correlationData && { CorrelationData: correlationData.toString() }),
  };
};

client.on("connect", () => say("connected"));
client.on("error", (error) => say("error", error.message));
client.on("message", (topic, payload, packet) =>
  say("msg", topic, packet.qos, packet.retain ? 1 : 0, payload.toString(), JSON.stringify(propertiesOf(packet))),
);

const fail = (error) => {
  if (error) say("error", error.message);
  return Boolean(error);
};

const commands = {
  sub: ([filter, qos]) => client.subscribe(filter, { qos: Number(qos) }, (e) => fail(e) || say("subscribed")),
  pub: ([topic, qos, retain, value, ...pairs]) => {
    const properties = pairs.length
      ? {
          userProperties: Object.fromEntries(pairs.map((pair) => pair.split("="))),
          contentType: "text/plain",
          responseTopic: "answers/here",
          correlationData: Buffer.from("42"),
        }
      : undefined;
    client.publish(topic, value, { qos: Number(qos), retain: retain === "1", properties }, (e) =>
      fail(e) || say("published"),
    );
  },
  quit: () => client.end(false, () => process.exit(0)),
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, ...fields] = line.split("\t");
  commands[name](fields);
});
