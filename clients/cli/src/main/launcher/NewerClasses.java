import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives classes that were compiled for Java 5 the version of Java 8, and the stack maps that go with it. The JVM leaves
 * older classes, and whatever extends them, out of its cache, and verifies them in a way that takes several times as
 * long. Nothing else about them changes.
 *
 * <p>Usage: {@code java NewerClasses.java JAR…}; each jar is replaced, or left as it is if anything fails.
 */
final class NewerClasses {
    /** The first version whose classes the cache takes: Java 6's. */
    private static final int TAKEN = ClassFile.JAVA_6_VERSION;

    private static final ClassTransform REBUILT_FOR_JAVA_8 = ClassTransform.transformingMethodBodies(
                    (code, element) -> code.with(element))
            .andThen((made, element) -> {
                if (element instanceof ClassFileVersion) {
                    made.withVersion(ClassFile.JAVA_8_VERSION, 0);
                } else {
                    made.with(element);
                }
            });

    private NewerClasses() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            renew(Path.of(jar));
        }
    }

    private static void renew(Path jar) throws IOException {
        Path made = Path.of(jar + ".new");
        try (JarFile old = new JarFile(jar.toFile());
                URLClassLoader all = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(made))) {
            ClassFile classes = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    // from the bytes: the classes themselves are not to be loaded
                    ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(all)
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            for (JarEntry entry : Collections.list(old.entries())) {
                byte[] bytes = old.getInputStream(entry).readAllBytes();
                out.putNextEntry(new JarEntry(entry.getName()));
                out.write(entry.getName().endsWith(".class") ? newer(classes, bytes) : bytes);
                out.closeEntry();
            }
        }
        Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] newer(ClassFile classes, byte[] bytes) {
        ClassModel model = classes.parse(bytes);
        if (model.majorVersion() >= TAKEN) {
            return bytes;
        }
        byte[] made = classes.transformClass(model, REBUILT_FOR_JAVA_8);
        if (!classes.verify(made).isEmpty()) {
            throw classes.verify(made).getFirst();
        }
        return made;
    }
}
