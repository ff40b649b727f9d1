import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs classes, or methods as {@code Class#method}; exit code 0: all succeeded, 10: some failed, 20: there was none. */
final class RunTests {
    private RunTests() {}

    public static void main(String[] tests) {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(tests).flatMap(RunTests::selectors).toArray(DiscoverySelector[]::new))
                                .filters(EngineFilter.includeEngines("junit-jupiter"))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.getFailures().forEach(failure -> {
            String said = String.valueOf(failure.getException());
            System.out.println("FAILED " + failure.getTestIdentifier().getDisplayName() + ": "
                    + said.substring(0, Math.min(300, said.length())).replace('\n', ' '));
            if (Boolean.getBoolean("bookshelf.traces")) {
                failure.getException().printStackTrace(System.out);
            }
        });
        System.out.flush();
        System.exit(summary.getTotalFailureCount() > 0 ? 10 : summary.getTestsSucceededCount() == 0 ? 20 : 0);
    }

    private static Stream<DiscoverySelector> selectors(String test) {
        String[] parts = test.split("#");
        try {
            Class<?> type = Class.forName(parts[0]);
            return parts.length == 1
                    ? Stream.of(selectClass(type))
                    : Arrays.stream(type.getDeclaredMethods())
                            .filter(method -> method.getName().equals(parts[1]))
                            .map(method -> selectMethod(type, method));
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
