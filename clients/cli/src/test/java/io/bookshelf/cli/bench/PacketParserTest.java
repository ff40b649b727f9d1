package io.bookshelf.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PacketParserTest {
    @ParameterizedTest
    @CsvSource({"false, 16", "true, 16", "false, 300", "true, 300"})
    void readsBackWhatATemplateWroteHoweverItIsCut(boolean v5, int size) throws IOException {
        byte[] stream = new byte[0];
        PutTemplate template = new PutTemplate(v5, "bench/ab/puts", size);
        for (int i = 1; i <= 3; i++) {
            int at = stream.length;
            stream = Arrays.copyOf(stream, at + template.length());
            template.write(stream, at, 1_234_567 + i, 40_000 + i, Long.MIN_VALUE + i, -i);
        }
        for (int piece = 1; piece <= stream.length; piece++) {
            assertThat(parse(v5, stream, piece))
                    .as("cut into pieces of %d bytes", piece)
                    .containsExactly(
                            "3 q1 id40001 " + size + " bytes, key 1234568, time -9223372036854775807, number -1",
                            "3 q1 id40002 " + size + " bytes, key 1234569, time -9223372036854775806, number -2",
                            "3 q1 id40003 " + size + " bytes, key 1234570, time -9223372036854775805, number -3");
        }
    }

    @Test
    void writesTheKeyIntoTheTopic() {
        PutTemplate template = new PutTemplate(false, "p", 16);
        byte[] packet = new byte[template.length()];
        template.write(packet, 0, 42, 1, 0, 0);
        assertThat(new String(packet, 4, 10, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("p/k0000042");
    }

    @Test
    void readsAPacketLargerThanItsBuffer() throws IOException {
        PutTemplate template = new PutTemplate(false, "bench", 200_000);
        byte[] stream = new byte[template.length()];
        template.write(stream, 0, 7, 9, 1, 2);
        assertThat(parse(false, stream, 50_000)).containsExactly("3 q1 id9 200000 bytes, key 7, time 1, number 2");
    }

    @Test
    void refusesARemainingLengthOfFiveBytes() {
        byte[] lie = {0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1};
        assertThatThrownBy(() -> parse(false, lie, lie.length))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("not MQTT");
    }

    @Test
    void refusesAPublishWhoseTopicIsLongerThanThePacket() {
        byte[] lie = {0x30, 4, 0, 9, 'a', 'b'};
        assertThatThrownBy(() -> parse(false, lie, lie.length)).isInstanceOf(BenchException.class);
    }

    @Test
    void findsTheReceiveMaximumAmongOtherProperties() throws IOException {
        byte[] connack = {0x20, 15, 0, 0, 12, 0x24, 1, 0x27, 0, 0, 1, 0, 0x21, 0, 20, 0x25, 1};
        PacketParser parser = new PacketParser(true);
        parser.readFrom(Channels.newChannel(new ByteArrayInputStream(connack)));
        assertThat(parser.next()).isTrue();
        assertThat(ConnackProperties.receiveMaximum(parser)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152})
    void writesLengthsAsMqttDoes(int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Packets.writeVarint(out, length);
        int read = 0;
        byte[] bytes = out.toByteArray();
        for (int i = 0; i < bytes.length; i++) {
            read |= (bytes[i] & 0x7F) << 7 * i;
            assertThat(bytes[i] < 0).isEqualTo(i < bytes.length - 1);
        }
        assertThat(read).isEqualTo(length);
    }

    private static List<String> parse(boolean v5, byte[] stream, int piece) throws IOException {
        PacketParser parser = new PacketParser(v5);
        List<String> packets = new ArrayList<>();
        for (int from = 0; from < stream.length; from += piece) {
            byte[] part = Arrays.copyOfRange(stream, from, Math.min(from + piece, stream.length));
            ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(part));
            while (parser.readFrom(channel) > 0) {
                while (parser.next()) {
                    packets.add(describe(parser));
                }
            }
        }
        return packets;
    }

    private static String describe(PacketParser packet) {
        return packet.type() + " q" + packet.qos() + " id" + packet.packetId() + ' ' + packet.payloadLength()
                + " bytes, key " + packet.payloadInt(PutTemplate.KEY) + ", time "
                + packet.payloadLong(PutTemplate.TIME) + ", number " + packet.payloadInt(PutTemplate.NUMBER);
    }
}
