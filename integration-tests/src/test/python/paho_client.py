"""A paho client driven by lines: each command on standard input, each message and answer on standard output.

usage: paho_client.py HOST PORT (3|5) CLIENT_ID
commands, fields separated by tabs:
  sub FILTER QOS           answers "subscribed"
  pub TOPIC QOS RETAIN VALUE [NAME=VALUE]   answers "published" when it is acknowledged
  quit
messages: "msg TOPIC QOS RETAIN VALUE PROPERTIES", properties as JSON
"""

import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

out = threading.Lock()


def say(*fields):
    with out:
        print("\t".join(str(field) for field in fields), flush=True)


def properties_of(message):
    properties = getattr(message, "properties", None)
    if properties is None:
        return {}
    found = {name: value for name, value in getattr(properties, "UserProperty", [])}
    for name in ("ContentType", "ResponseTopic"):
        if hasattr(properties, name):
            found[name] = getattr(properties, name)
    if hasattr(properties, "CorrelationData"):
        found["CorrelationData"] = properties.CorrelationData.decode()
    return found


def on_message(client, userdata, message):
    say(
        "msg",
        message.topic,
        message.qos,
        int(message.retain),
        message.payload.decode(),
        json.dumps(properties_of(message)),
    )


def new_client(client_id, protocol):
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, client_id, protocol=protocol)
    return mqtt.Client(client_id, protocol=protocol)


def main():
    host, port, version, client_id = sys.argv[1:5]
    client = new_client(client_id, mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311)
    client.on_message = on_message
    client.on_connect = lambda *_: say("connected")
    client.on_subscribe = lambda *_: say("subscribed")
    client.connect(host, int(port))
    client.loop_start()
    for line in sys.stdin:
        fields = line.rstrip("\n").split("\t")
        if fields[0] == "sub":
            client.subscribe(fields[1], int(fields[2]))
        elif fields[0] == "pub":
            properties = None
            if len(fields) > 5:
                properties = Properties(PacketTypes.PUBLISH)
                properties.UserProperty = [tuple(pair.split("=", 1)) for pair in fields[5:]]
                properties.ContentType = "text/plain"
                properties.ResponseTopic = "answers/here"
                properties.CorrelationData = b"42"
            info = client.publish(fields[1], fields[4], int(fields[2]), fields[3] == "1", properties)
            info.wait_for_publish()
            say("published")
        elif fields[0] == "quit":
            break
    client.disconnect()
    client.loop_stop()


main()
