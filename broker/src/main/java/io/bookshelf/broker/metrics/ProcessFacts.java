package io.bookshelf.broker.metrics;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the operating system and the virtual machine say of this process.
 *
 * @param startMillis when it started, milliseconds since the epoch
 * @param cpuSeconds processor time that it used
 * @param residentBytes memory that it occupies, 0 where the system does not tell
 * @param openFiles open files and sockets, 0 where the system does not tell
 * @param threads live threads
 */
public record ProcessFacts(
        long startMillis,
        double cpuSeconds,
        long residentBytes,
        long openFiles,
        Memory heap,
        Memory nonHeap,
        int threads) {
    /** A part of the virtual machine's memory, in bytes; {@code max} is -1 for no bound. */
    public record Memory(long used, long committed, long max) {
        private static Memory of(MemoryUsage usage) {
            return new Memory(usage.getUsed(), usage.getCommitted(), usage.getMax());
        }
    }

    /** Asks now. Reads files of /proc, which are in memory. */
    public static ProcessFacts now() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return new ProcessFacts(
                ManagementFactory.getRuntimeMXBean().getStartTime(),
                cpu.toNanos() / 1e9,
                readResidentBytes(),
                countOpenFiles(),
                Memory.of(memory.getHeapMemoryUsage()),
                Memory.of(memory.getNonHeapMemoryUsage()),
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    private static long readResidentBytes() {
        try {
            List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
            for (String line : status) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }

    private static long countOpenFiles() {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            return 0;
        }
    }
}
