package io.bookshelf.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which way modules and packages point, and what stays out of the pure ones. */
final class ArchitectureTest {
    private static final String[] SCHEMA = {"io.bookshelf.schema..", "io.bookshelf.catalogue.."};
    private static final String[] BROKER = {"io.bookshelf.store..", "io.bookshelf.bus..", "io.bookshelf.broker.."};
    private static final String[] REPLICATOR = {
        "io.bookshelf.node..",
        "io.bookshelf.replica..",
        "io.bookshelf.merkle..",
        "io.bookshelf.link..",
        "io.bookshelf.pki.."
    };
    private static final String CLIENT = "io.bookshelf.client..";
    private static final String CLI = "io.bookshelf.cli..";

    private static JavaClasses all;

    @BeforeAll
    static void read() {
        all = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("io/bookshelf/it/"))
                .importPackages("io.bookshelf");
    }

    @Test
    void modulesPointOneWay() {
        mayNotKnow(SCHEMA, BROKER, REPLICATOR, new String[] {CLIENT, CLI});
        mayNotKnow(BROKER, REPLICATOR, new String[] {CLIENT, CLI});
        mayNotKnow(REPLICATOR, new String[] {CLIENT, CLI});
        mayNotKnow(new String[] {CLIENT}, BROKER, REPLICATOR, new String[] {CLI});
    }

    private static void mayNotKnow(String[] module, String[]... others) {
        noClasses()
                .that()
                .resideInAnyPackage(module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.of(others).flatMap(Stream::of).toArray(String[]::new))
                .check(all);
    }

    @Test
    void everyClassIsInAPackageOfAModule() {
        classes()
                .should()
                .resideInAnyPackage(Stream.of(SCHEMA, BROKER, REPLICATOR, new String[] {CLIENT, CLI})
                        .flatMap(Stream::of)
                        .toArray(String[]::new))
                .check(all);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.bookshelf.(**)").should().beFreeOfCycles().check(all);
    }

    @Test
    void theStoreKnowsNothingOfTheBusAndTheBusNothingOfTheBroker() {
        noClasses()
                .that()
                .resideInAPackage("io.bookshelf.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.bookshelf.bus..", "io.bookshelf.broker..")
                .check(all);
        noClasses()
                .that()
                .resideInAPackage("io.bookshelf.bus..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.bookshelf.broker..")
                .check(all);
    }

    @Test
    void sqliteStaysInTheStore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.bookshelf.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                .check(all);
    }

    @Test
    void nettyStaysInTheBroker() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.bookshelf.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(all);
    }

    @Test
    void theMqttClientStaysInTheLinksTheLibraryAndTheDemo() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.bookshelf.link..", "io.bookshelf.client.wire..", "io.bookshelf.cli.demo..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.hivemq..", "io.reactivex..", "org.reactivestreams..")
                .check(all);
    }

    @Test
    void theLibraryShowsNothingOfItsConnection() {
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAnyPackage("io.bookshelf.client", "io.bookshelf.client.pattern")
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should()
                .haveRawReturnType(resideInAPackage("io.bookshelf.client.wire.."))
                .orShould()
                .haveRawParameterTypes(
                        DescribedPredicate.anyElementThat(resideInAPackage("io.bookshelf.client.wire..")))
                .check(all);
    }

    @Test
    void theReplicaCoreIsPure() {
        noClasses()
                .that()
                .resideInAnyPackage("io.bookshelf.replica..", "io.bookshelf.merkle..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.bookshelf.store..",
                        "io.bookshelf.bus..",
                        "io.bookshelf.broker..",
                        "io.bookshelf.link..",
                        "io.bookshelf.node..",
                        "java.io..",
                        "java.net..",
                        "java.nio.file..",
                        "java.sql..",
                        "java.time..",
                        "java.util.concurrent..",
                        "org.slf4j..")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .check(all);
    }

    @Test
    void theSchemaIsPure() {
        noClasses()
                .that()
                .resideInAnyPackage(SCHEMA)
                .and()
                .resideOutsideOfPackage("io.bookshelf.schema.proto..")
                .should()
                .dependOnClassesThat(inputOrOutput())
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent..", "java.nio.file..", "java.nio.channels..", "java.net..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .accessTargetWhere(readsAClock())
                .check(all);
    }

    private static DescribedPredicate<JavaClass> inputOrOutput() {
        return DescribedPredicate.describe(
                "do input or output",
                type -> type.getPackageName().equals("java.io")
                        && !type.isAssignableTo(Exception.class)
                        && !type.isEquivalentTo(java.io.Serializable.class));
    }

    private static DescribedPredicate<JavaAccess<?>> readsAClock() {
        Set<String> clocks = Set.of(
                "java.time.Instant.now",
                "java.time.Clock.systemUTC",
                "java.lang.System.currentTimeMillis",
                "java.lang.System.nanoTime");
        return DescribedPredicate.describe("reads a clock", access -> {
            String target = access.getTarget().getFullName();
            return clocks.stream().anyMatch(target::startsWith);
        });
    }
}
