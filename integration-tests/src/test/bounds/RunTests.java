import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs classes, or methods as {@code Class#method}; 0: all succeeded, 1: some failed, 2: there was none. */
final class RunTests {
    private RunTests() {}

    public static void main(String[] tests) {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(tests).map(RunTests::selector).toArray(DiscoverySelector[]::new))
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
        System.exit(summary.getTotalFailureCount() > 0 ? 1 : summary.getTestsSucceededCount() == 0 ? 2 : 0);
    }

    private static DiscoverySelector selector(String test) {
        return test.contains("#") ? selectMethod(test) : selectClass(test);
    }
}
