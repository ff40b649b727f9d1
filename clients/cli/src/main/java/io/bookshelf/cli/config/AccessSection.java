package io.bookshelf.cli.config;

import io.bookshelf.broker.access.AccessRule;
import io.bookshelf.node.AccessSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code [access]} and its {@code [[access.rules]]}. */
final class AccessSection {
    private AccessSection() {}

    static AccessSettings read(TomlTable access, Path folder) {
        String file = access.string("password_file");
        if (file != null && file.isBlank()) {
            throw access.mistake("password_file", "must name a file; leave it out to ask for no passwords");
        }
        boolean anonymous = access.flag("anonymous", file == null);
        if (file == null && !anonymous) {
            throw access.mistake(
                    "anonymous", "is false, so access.password_file must name a file: nobody could come in");
        }
        List<AccessRule> rules = new ArrayList<>();
        for (TomlTable rule : access.tables("rules")) {
            rules.add(rule(rule, file != null));
        }
        access.refuseUnknown();
        return new AccessSettings(file == null ? null : folder.resolve(file).normalize(), anonymous, rules);
    }

    private static AccessRule rule(TomlTable rule, boolean passwords) {
        String user = name(rule, "user");
        if (user != null && !passwords) {
            throw rule.mistake("user", "needs access.password_file: without it nobody proves who they are");
        }
        String client = name(rule, "client");
        List<String> allow = rule.strings("allow");
        List<String> topics = rule.strings("topics");
        List<String> clientIds = clientIds(rule, passwords);
        rule.refuseUnknown();
        if (!clientIds.isEmpty() && allow.isEmpty() && topics.isEmpty()) {
            return new AccessRule(user, client, false, false, List.of(), clientIds);
        }
        if (allow.isEmpty() || !List.of("read", "write").containsAll(allow)) {
            throw rule.mistake("allow", "must be [\"read\"], [\"write\"] or [\"read\", \"write\"]");
        }
        if (topics.isEmpty()) {
            throw rule.mistake("topics", "must list topic filters, such as [\"lights/#\"]");
        }
        for (String topic : topics) {
            if (!isFilter(topic)) {
                throw rule.mistake(
                        "topics",
                        "has \"" + topic + "\", which is no topic filter: # ends it, and # and + fill a level");
            }
        }
        return new AccessRule(user, client, allow.contains("read"), allow.contains("write"), topics, clientIds);
    }

    private static List<String> clientIds(TomlTable rule, boolean passwords) {
        List<String> clientIds = rule.strings("client_ids");
        for (String pattern : clientIds) {
            String problem = AccessRule.problemWithClientId(pattern);
            if (problem != null) {
                throw rule.mistake(
                        "client_ids",
                        "has \"" + pattern + "\", which " + problem
                                + ": write client ids such as \"sensor-1\", or \"sensor-*\"");
            }
            if (pattern.contains("%u") && !passwords) {
                throw rule.mistake(
                        "client_ids",
                        "has %u, which needs access.password_file: without it nobody proves who they are");
            }
        }
        return clientIds;
    }

    private static @Nullable String name(TomlTable rule, String setting) {
        String name = rule.string(setting);
        if (name != null && name.isEmpty()) {
            throw rule.mistake(setting, "must not be empty; leave it out to mean everybody");
        }
        return name;
    }

    private static boolean isFilter(String filter) {
        if (filter.isEmpty() || filter.indexOf(0) >= 0) {
            return false;
        }
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            boolean wild = level.contains("#") || level.contains("+");
            boolean early = level.equals("#") && i < levels.length - 1;
            if (early || (wild && level.length() > 1)) {
                return false;
            }
        }
        return true;
    }
}
