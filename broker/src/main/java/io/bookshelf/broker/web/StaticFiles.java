package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An app for browsers that the web port serves: files as its build has made them, the compressible ones compressed already. They
 * are kept in memory, compressed, since the loop must not wait for a disk.
 */
public final class StaticFiles {
    /** No app: the web port serves its plain page. */
    public static final StaticFiles NONE = new StaticFiles(Map.of());

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    /** Files in this folder have a hash of what they hold in their names. */
    private static final String HASHED = "/assets/";

    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String ASK_EACH_TIME = "no-cache";

    private final Map<String, File> files;

    private StaticFiles(Map<String, File> files) {
        this.files = files;
    }

    /**
     * Reads an app from the class path.
     *
     * @param prefix the folder, such as {@code io/bookshelf/web/app}; its file {@code files} names the others, one a line, and
     *     beside those that are worth it lie {@code NAME.br} and {@code NAME.gz}
     * @return {@link #NONE} if there is no such folder
     */
    public static StaticFiles onClassPath(ClassLoader loader, String prefix) {
        byte[] list = read(loader, prefix + "/files");
        if (list == null) {
            return NONE;
        }
        Map<String, File> files = new HashMap<>();
        for (String name : new String(list, UTF_8).lines().toList()) {
            byte[] gzip = read(loader, prefix + "/" + name + ".gz");
            byte[] plain = gzip == null ? read(loader, prefix + "/" + name) : null;
            if (gzip == null && plain == null) {
                throw new IllegalStateException(prefix + "/files names " + name + ", which is not there");
            }
            String path = name.equals("index.html") ? "/" : "/" + name;
            byte[] brotli = read(loader, prefix + "/" + name + ".br");
            files.put(path, new File(type(name), path.startsWith(HASHED), plain, gzip, brotli));
        }
        return new StaticFiles(Map.copyOf(files));
    }

    private static byte @Nullable [] read(ClassLoader loader, String name) {
        try (InputStream in = loader.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + " from the program's own files", e);
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "png" -> "image/png";
            case "webmanifest" -> "application/manifest+json";
            default -> "application/octet-stream";
        };
    }

    /** The file at a path, null for none. */
    @Nullable
    File at(String path) {
        return files.get(path);
    }

    /** One file, in the encodings in which it is there; at least one of {@code plain} and {@code gzip} is. */
    record File(
            String type, boolean hashed, byte @Nullable [] plain, byte @Nullable [] gzip, byte @Nullable [] brotli) {
        /** Answers in the smallest encoding that the client takes, or that it has this already. */
        FullHttpResponse answer(HttpHeaders request) {
            List<String> accepted = request.getAll(HttpHeaderNames.ACCEPT_ENCODING);
            FullHttpResponse response;
            if (brotli != null && takes(accepted, "br")) {
                response = encoded(request, brotli, "br");
            } else if (gzip != null && takes(accepted, "gzip")) {
                response = encoded(request, gzip, "gzip");
            } else {
                response = encoded(request, plain == null ? unzipped() : plain, "");
            }
            HttpHeaders headers = response.headers();
            headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
            headers.set(HttpHeaderNames.CACHE_CONTROL, hashed ? FOR_EVER : ASK_EACH_TIME);
            headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
            return response;
        }

        private FullHttpResponse encoded(HttpHeaders request, byte[] bytes, String encoding) {
            CRC32C sum = new CRC32C();
            sum.update(bytes);
            String tag = "\"" + HexFormat.of().toHexDigits((int) sum.getValue()) + "-" + bytes.length + "\"";
            if (tag.equals(request.get(HttpHeaderNames.IF_NONE_MATCH))) {
                FullHttpResponse unchanged =
                        Responses.withoutBody(Responses.of(HttpResponseStatus.NOT_MODIFIED, type, bytes));
                unchanged.headers().set(HttpHeaderNames.ETAG, tag);
                return unchanged;
            }
            FullHttpResponse response = Responses.of(HttpResponseStatus.OK, type, bytes);
            response.headers().set(HttpHeaderNames.ETAG, tag);
            if (!encoding.isEmpty()) {
                response.headers().set(HttpHeaderNames.CONTENT_ENCODING, encoding);
            }
            return response;
        }

        private byte[] unzipped() {
            if (gzip == null) {
                throw new IllegalStateException("neither plain nor compressed");
            }
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("the app's own files cannot be unpacked", e);
            }
        }

        private static boolean takes(List<String> accepted, String encoding) {
            return accepted.stream()
                    .flatMap(line -> List.of(line.split(",", -1)).stream())
                    .map(each -> each.strip().replace(" ", ""))
                    .anyMatch(each -> each.equals(encoding)
                            || (each.startsWith(encoding + ";q=") && !each.matches(".*;q=0(\\.0*)?")));
        }
    }
}
