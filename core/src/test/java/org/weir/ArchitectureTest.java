package org.weir;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// The arrows between the packages of the core, and what the core may take from the JDK.
///
/// ```
/// memory  wire  time  base  <-  link  <-  filter  <-  ip  <-  udp, tcp  <-  stack
/// ```
class ArchitectureTest {
    private static final String[] LEAVES = {"memory", "wire", "time", "base"};

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.weir");

    @Test
    void memoryWireTimeAndBaseKnowNoOtherPackageOfTheCore() {
        for (String leaf : LEAVES) {
            only(leaf);
        }
    }

    @Test
    void linkKnowsTheLeavesOnly() {
        only("link", LEAVES);
    }

    @Test
    void filtersKnowTheLinkButNoProtocol() {
        only("filter", and(LEAVES, "link"));
    }

    @Test
    void ipKnowsTheLinkAndFilters() {
        only("ip", and(LEAVES, "link", "filter"));
    }

    @Test
    void udpKnowsIpButNotTcp() {
        only("udp", and(LEAVES, "link", "filter", "ip"));
    }

    @Test
    void rawEndpointsKnowIpButNoTransport() {
        only("raw", and(LEAVES, "link", "filter", "ip"));
    }

    @Test
    void packetEndpointsKnowIpButNoTransport() {
        only("packet", and(LEAVES, "link", "filter", "ip"));
    }

    @Test
    void espKnowsIpButNoTransport() {
        only("esp", and(LEAVES, "link", "filter", "ip"));
    }

    @Test
    void tcpKnowsIpButNotUdp() {
        only("tcp", and(LEAVES, "link", "filter", "ip"));
    }

    @Test
    void everyPackageOfTheCoreHasItsArrows() {
        only("stack", and(LEAVES, "link", "filter", "ip", "udp", "raw", "packet", "esp", "tcp"));
        holds(noClasses()
                .should()
                .resideOutsideOfPackages(
                        packages(and(LEAVES, "link", "filter", "ip", "udp", "raw", "packet", "esp", "tcp", "stack")))
                .because("a new package states here what it may depend on"));
    }

    @Test
    void theCoreStartsNoThreadAndTakesNoLock() {
        forbidden(
                "threads belong to the runtime module",
                describe(
                        "are of threads or of java.util.concurrent",
                        type -> type.isEquivalentTo(ThreadLocal.class)
                                || type.getPackageName().startsWith("java.util.concurrent")));
    }

    @Test
    void onlyTheOwnerCheckKnowsWhatAThreadIs() {
        holds(noClasses()
                .that()
                .doNotHaveSimpleName("Owner")
                .should()
                .dependOnClassesThat(describe("are threads", type -> type.isEquivalentTo(Thread.class)))
                .because("a stack has one owner, and no other use for threads"));
    }

    @Test
    void theCoreReadsNoClock() {
        holds(noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat(resideInAPackage("java.time.."))
                .because("time is a parameter"));
    }

    @Test
    void theCoreMakesNoNativeCall() {
        forbidden(
                "the operating system belongs to the drivers module",
                describe(
                        "be a door out of Java",
                        type -> type.getName().equals("java.lang.foreign.Linker")
                                || type.getName().equals("java.lang.foreign.SymbolLookup")
                                || type.getName().equals("sun.misc.Unsafe")
                                || type.getPackageName().startsWith("jdk.internal")));
    }

    @Test
    void onlyTheStackOpensArenasAndOnlyMemoryCarvesThem() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("org.weir.memory..", "org.weir.stack..")
                .should()
                .dependOnClassesThat(describe("are arenas", type -> type.isEquivalentTo(Arena.class)))
                .because("all memory of a stack is one plan"));
    }

    private static void only(String from, String... to) {
        holds(noClasses()
                .that()
                .resideInAPackage(packageOf(from))
                .should()
                .dependOnClassesThat(resideInAPackage("org.weir..")
                        .and(DescribedPredicate.not(resideInAnyPackage(packages(and(to, from)))))));
    }

    private static void forbidden(String because, DescribedPredicate<JavaClass> types) {
        holds(noClasses().should().dependOnClassesThat(types).because(because));
    }

    private static void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(CORE);
    }

    private static String packageOf(String name) {
        return "org.weir." + name + "..";
    }

    private static String[] packages(String... names) {
        return Arrays.stream(names).map(ArchitectureTest::packageOf).toArray(String[]::new);
    }

    private static String[] and(String[] some, String... more) {
        String[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }
}
