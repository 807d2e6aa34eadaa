// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dependencies point one way: docs/architecture.md, "Modules". In bytecode and in the poms. */
class ArchitectureTest {
  /** Each module's package, and the modules that it may use. */
  private static final Map<String, List<String>> MAY_USE = new LinkedHashMap<>();

  static {
    MAY_USE.put("request-signatures", List.of());
    MAY_USE.put("protocol", List.of());
    MAY_USE.put("tpm-sim", List.of("protocol"));
    MAY_USE.put("relying-party", List.of("protocol", "request-signatures"));
    MAY_USE.put("verifier", List.of("protocol"));
    MAY_USE.put("measurements", List.of("protocol"));
    MAY_USE.put("attestor", List.of("protocol"));
    MAY_USE.put(
        "launcher",
        List.of("attestor", "measurements", "relying-party", "protocol", "request-signatures"));
    MAY_USE.put(
        "verifier-service",
        List.of("verifier", "measurements", "relying-party", "protocol", "request-signatures"));
    MAY_USE.put(
        "cli",
        List.of(
            "launcher",
            "verifier-service",
            "tpm-sim",
            "attestor",
            "verifier",
            "measurements",
            "relying-party",
            "protocol",
            "request-signatures"));
  }

  /** Fewer classes than this in a module mean that the test looked at the wrong place. */
  private static final int FEWEST_CLASSES = 10;

  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>(.*?)"
              + "</dependency>",
          Pattern.DOTALL);

  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.signet");
  }

  static Set<String> modules() {
    return MAY_USE.keySet();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void moduleUsesOnlyWhatStandsBelowIt(String module) {
    JavaClasses own = classes.that(in(module));
    assertThat(own).as("classes seen of %s", module).hasSizeGreaterThan(FEWEST_CLASSES);
    Set<String> forbidden = new HashSet<>(MAY_USE.keySet());
    forbidden.removeAll(MAY_USE.get(module));
    forbidden.remove(module);
    for (String other : forbidden) {
      noClasses().should().dependOnClassesThat(in(other)).check(own);
    }
    noClasses().should().dependOnClassesThat().resideInAPackage("dev.signet.demo..").check(own);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void pomNamesOnlyModulesBelowIt(String module) throws Exception {
    List<String> named = new ArrayList<>();
    for (Dependency dependency : dependencies(module)) {
      if (dependency.group().equals("dev.signet") && !dependency.test()) {
        named.add(dependency.artifact().substring("signet-".length()));
      }
    }
    assertThat(MAY_USE.get(module)).containsAll(named);
  }

  @Test
  void noVerifierEverUsesTheAttestorEvenInItsPom() throws Exception {
    for (String module : List.of("verifier", "verifier-service")) {
      assertThat(dependencies(module))
          .as(module)
          .noneMatch(d -> d.artifact().equals("signet-attestor") && !d.test())
          .noneMatch(d -> d.artifact().equals("TSS.Java"));
    }
  }

  @Test
  void tpmCommandMarshallerLivesInTheAttestorOnly() throws Exception {
    noClasses()
        .that(DescribedPredicate.not(in("attestor")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("tss..")
        .check(classes);
    assertThat(classes.that(in("attestor")))
        .anyMatch(
            c ->
                c.getDirectDependenciesFromSelf().stream()
                    .anyMatch(d -> d.getTargetClass().getPackageName().startsWith("tss")));
    for (String module : MAY_USE.keySet()) {
      boolean names =
          dependencies(module).stream().anyMatch(d -> d.artifact().equals("TSS.Java") && !d.test());
      assertThat(names).as(module).isEqualTo(module.equals("attestor"));
    }
  }

  @Test
  void requestSignaturesHasNoDependencies() throws Exception {
    assertThat(dependencies("request-signatures")).allMatch(Dependency::test);
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.not(
                resideInAnyPackage("dev.signet.requestsignatures..", "java..", "javax.crypto..")))
        .check(classes.that(in("request-signatures")));
  }

  @Test
  void relyingPartyHasNoServerNorTpm() throws Exception {
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.not(
                resideInAnyPackage(
                    "dev.signet.relyingparty..",
                    "dev.signet.protocol..",
                    "dev.signet.requestsignatures..",
                    "com.fasterxml.jackson..",
                    "jakarta.servlet..",
                    "java..",
                    "javax..")))
        .check(classes.that(in("relying-party")));
    assertThat(dependencies("relying-party"))
        .filteredOn(d -> !d.test())
        .extracting(Dependency::group)
        .containsOnly("dev.signet", "jakarta.servlet");
  }

  @Test
  void gRpcServesTheWorkloadApiAndNothingElse() {
    String workload = "dev.signet.launcher.workload..";
    noClasses()
        .that(DescribedPredicate.not(resideInAnyPackage(workload)))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.grpc..", "io.spiffe.."))
        .check(classes);
    assertThat(classes.that(resideInAnyPackage(workload)))
        .anyMatch(
            c ->
                c.getDirectDependenciesFromSelf().stream()
                    .anyMatch(d -> d.getTargetClass().getPackageName().startsWith("io.grpc")));
  }

  @Test
  void verifierDoesNoInputOrOutputAndReadsNoClock() {
    JavaClasses verifier = classes.that(in("verifier"));
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.net..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.sql..",
                    "java.util.logging..",
                    "org.slf4j..")
                .or(named("java.io.File"))
                .or(named("java.io.FileInputStream"))
                .or(named("java.io.FileOutputStream"))
                .or(named("java.io.RandomAccessFile")))
        .check(verifier);
    noClasses().should().callMethod(System.class, "currentTimeMillis").check(verifier);
    noClasses().should().callMethod(System.class, "nanoTime").check(verifier);
    noClasses().should().callMethod(System.class, "getenv", String.class).check(verifier);
    noClasses().should().callMethod(System.class, "getProperty", String.class).check(verifier);
    noClasses().should().callMethod(Instant.class, "now").check(verifier);
    noClasses().should().callMethod(Clock.class, "systemUTC").check(verifier);
    noClasses().should().callMethod(InstantSource.class, "system").check(verifier);
    noClasses().should().callConstructor(java.util.Date.class).check(verifier);
  }

  @Test
  void verificationKnowsNoPolicy() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.signet.verifier.appraisal..")
        .check(classes.that(resideInAnyPackage("dev.signet.verifier.verification..")));
  }

  @Test
  void packagesOfAModuleFormNoCircle() {
    for (String module : MAY_USE.keySet()) {
      slices()
          .matching("dev.signet." + packageOf(module) + ".(**)")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true)
          .check(classes.that(in(module)));
    }
  }

  @Test
  void everyModuleOfTheBuildIsKnownHere() throws Exception {
    Matcher module =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(Files.readString(Path.of("..", "pom.xml")));
    Set<String> built = new HashSet<>();
    while (module.find()) {
      built.add(module.group(1));
    }
    Set<String> known = new HashSet<>(MAY_USE.keySet());
    known.addAll(Set.of("demo", "bench", "fuzz"));
    assertThat(known).isEqualTo(built);
  }

  private record Dependency(String group, String artifact, boolean test) {}

  private static List<Dependency> dependencies(String module) throws Exception {
    String pom = Files.readString(Path.of("..", module, "pom.xml"));
    List<Dependency> found = new ArrayList<>();
    Matcher dependency = DEPENDENCY.matcher(pom);
    while (dependency.find()) {
      boolean test = dependency.group(3).contains("<scope>test</scope>");
      found.add(new Dependency(dependency.group(1), dependency.group(2), test));
    }
    return found;
  }

  private static DescribedPredicate<JavaClass> in(String module) {
    return resideInAnyPackage("dev.signet." + packageOf(module) + "..");
  }

  private static String packageOf(String module) {
    return module.replace("-", "");
  }

  private static DescribedPredicate<JavaClass> named(String name) {
    return JavaClass.Predicates.type(classNamed(name));
  }

  private static Class<?> classNamed(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
