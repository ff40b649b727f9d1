package io.bookshelf.cli.file;

import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.ConfigFile;
import io.bookshelf.cli.config.Settings;
import io.bookshelf.cli.config.UnitOptions;
import io.bookshelf.node.Doctor;
import io.bookshelf.node.Finding;
import io.bookshelf.node.Finding.Level;
import io.bookshelf.node.NodeConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at a unit's settings and files. */
@Command(
        name = "doctor",
        description = {
            "Look at a unit's settings, data folder, store, certificate and list of peers, and say what is wrong.",
            "Changes nothing, unless --repair is given; a running unit is looked at without being disturbed."
        },
        footer = {
            "",
            "Exit code: 0 all is sound; 1 something is to be done; 2 wrong usage.",
            "",
            "Example: bookshelf doctor --unit hall"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private final UnitOptions unit = new UnitOptions();

    @Option(
            names = "--repair",
            description = "Do what can be done while the unit does not run: make the store anew from the rows that are"
                    + " whole, and the certificate's key its owner's alone. Then look again.")
    private boolean repair;

    @Option(names = "--json", description = "Say it as a JSON object.")
    private boolean json;

    /** What there is to look at; the config is null where the settings are not right. */
    private record Patient(@Nullable NodeConfig config, Path data, List<Finding> settings) {}

    @Override
    public Integer call() {
        Patient patient = patient();
        List<String> done = List.of();
        List<Finding> findings = examine(patient);
        if (repair) {
            NodeConfig config = patient.config();
            done = Doctor.repair(patient.data(), config == null ? null : config.pki());
            findings = done.isEmpty() ? findings : examine(patient);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(findings, done));
        } else {
            done.forEach(each -> out.println("repaired  " + each));
            findings.forEach(each -> out.printf("%-8s  %-11s  %s%n", word(each.level()), each.about(), each.says()));
        }
        return findings.stream().allMatch(each -> each.level() == Level.OK) ? 0 : 1;
    }

    private Patient patient() {
        Path file = unit.file();
        List<Finding> settings = new ArrayList<>();
        if (file == null) {
            settings.add(new Finding(Level.OK, "settings", "there is no file: the defaults hold"));
            return patient(Settings.DEFAULTS, settings);
        }
        List<String> mistakes = ConfigFile.mistakes(file);
        if (mistakes.isEmpty()) {
            settings.add(new Finding(Level.OK, "settings", file + " can be read"));
            return patient(ConfigFile.load(file), settings);
        }
        for (String mistake : mistakes) {
            settings.add(new Finding(Level.BROKEN, "settings", mistake + "; the unit does not start before that"));
        }
        return new Patient(null, unit.flags().data(Settings.DEFAULTS, unit.environment()), settings);
    }

    private Patient patient(Settings read, List<Finding> settings) {
        Path data = unit.flags().data(read, unit.environment());
        try {
            return new Patient(unit.flags().over(read, unit.environment()), data, settings);
        } catch (ConfigException e) {
            settings.add(
                    new Finding(Level.BROKEN, "settings", e.getMessage() + "; the unit does not start before that"));
            return new Patient(null, data, settings);
        }
    }

    private List<Finding> examine(Patient patient) {
        Meter meter = Meter.onTerminal(spec.commandLine().getErr(), "looking at the store");
        List<Finding> findings = new ArrayList<>(patient.settings());
        NodeConfig config = patient.config();
        try {
            findings.addAll(
                    config == null
                            ? Doctor.examineData(patient.data(), meter)
                            : Doctor.examine(config, InstantSource.system(), meter));
        } finally {
            meter.end();
        }
        return findings;
    }

    private static String word(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static String json(List<Finding> findings, List<String> done) {
        return Words.json(all -> {
            all.writeStartObject();
            all.writeArrayFieldStart("repaired");
            for (String each : done) {
                all.writeString(each);
            }
            all.writeEndArray();
            all.writeArrayFieldStart("findings");
            for (Finding each : findings) {
                all.writeStartObject();
                all.writeStringField("level", word(each.level()));
                all.writeStringField("about", each.about());
                all.writeStringField("says", each.says());
                all.writeEndObject();
            }
            all.writeEndArray();
            all.writeEndObject();
        });
    }
}
