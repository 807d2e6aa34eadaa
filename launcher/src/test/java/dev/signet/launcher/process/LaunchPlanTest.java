// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Appraisal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchPlanTest {
  @TempDir Path temporary;
  private LaunchDirectory directory;
  private PrivateCopy copy;

  @BeforeEach
  void start() throws IOException {
    directory = LaunchDirectory.create(temporary, Optional.empty());
    copy = PrivateCopy.of(TestJar.probe(temporary), directory, 1_000_000);
  }

  @AfterEach
  void stop() throws IOException {
    copy.close();
    directory.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-javaagent:x.jar",
        "-agentlib:jdwp",
        "-agentpath:/x.so",
        "-Xbootclasspath/a:x",
        "--patch-module=a=b",
        "@file",
        "-XX:Flags=x",
        "-XX:VMOptionsFile=x",
        "-Xrunjdwp",
        "-cp",
        "-XX:+EnableDynamicAgentLoading",
        "-XX:OnError=sh",
        "-Djava.class.path=x",
        "-Djava.system.class.loader=X",
        "-Djdk.attach.allowAttachSelf=true",
        "-Dcom.sun.management.jmxremote",
        "-Djavax.net.ssl.trustStore=x",
        "-Dhttp.proxyHost=x",
        "-Dhttps.nonProxyHosts=*",
        "-DsocksProxyHost=x",
        "-Duser.home=/root",
        "-Xshare:dump",
        "-Xmx1g -javaagent:x",
        "-Da=b\nc",
        "-XX:AOTCache=x",
        "-Xlog:all:file=x"
      })
  void attack29RefusesJvmOptionsThatOpenSideDoors(String option) {
    assertThatThrownBy(() -> plan(List.of(option), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not accepted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Xmx1g",
        "-Xss512k",
        "-XX:MaxRAMPercentage=75.0",
        "-XX:+UseZGC",
        "-ea",
        "-Dagent.mode=fast",
        "-Dagent.flag",
        "-Duser.timezone=Europe/Zurich"
      })
  void acceptsJvmOptionsThatChangeNoCode(String option) throws IOException {
    assertThat(plan(List.of(option), Map.of()).command()).contains(option);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "JDK_AOT_VM_OPTIONS",
        "LD_PRELOAD",
        "LD_AUDIT",
        "CLASSPATH",
        "BASH_ENV",
        "GLIBC_TUNABLES",
        "NODE_OPTIONS",
        "NODE_PATH",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PERL5OPT",
        "PERL5LIB",
        "RUBYOPT",
        "RUBYLIB",
        "DOTNET_STARTUP_HOOKS",
        "A B",
        "A=B",
        ""
      })
  void attack29RefusesVariablesThatLoadCode(String name) {
    assertThatThrownBy(() -> plan(List.of(), Map.of(name, "x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sendsEverythingThroughTheProxyWhateverWasGiven() throws IOException {
    JarLaunch launch = plan(List.of(), Map.of("http_proxy", "http://evil", "NO_PROXY", "*"));

    assertThat(launch.environment())
        .containsEntry("http_proxy", "http://127.0.0.1:8111")
        .containsEntry("HTTPS_PROXY", "http://127.0.0.1:8111")
        .containsEntry("NO_PROXY", "")
        .containsEntry("no_proxy", "");
    assertThat(launch.command())
        .contains("-Dhttp.proxyHost=127.0.0.1", "-Dhttp.proxyPort=8111", "-Dhttp.nonProxyHosts=");
  }

  @Test
  void trustsTheLaunchsAuthorityWhateverWasGiven() throws IOException {
    JarLaunch launch = plan(List.of(), Map.of("SSL_CERT_FILE", "/evil.pem"));

    assertThat(launch.environment())
        .containsEntry("SSL_CERT_FILE", directory.trust().resolve("ca.pem").toString())
        .containsEntry("NODE_USE_ENV_PROXY", "1");
    assertThat(launch.command())
        .contains("-Djavax.net.ssl.trustStore=" + directory.trust().resolve("ca.p12"));
  }

  @Test
  void takesOnlyLanguageAndTimeZoneFromTheLauncher() throws IOException {
    assertThat(plan(List.of(), Map.of()).environmentNames())
        .contains("TZ")
        .doesNotContain("AWS_SECRET_ACCESS_KEY", "JAVA_TOOL_OPTIONS");
  }

  @Test
  void namesWhatIsMissingInsteadOfClaimingIt() throws IOException {
    Isolation isolation = plan(List.of(), Map.of()).isolation();

    assertThat(isolation.has(Isolation.Measure.OTHER_USER)).isFalse();
    assertThat(isolation.gaps()).anyMatch(gap -> gap.startsWith("other-user: "));
    assertThat(isolation.labels()).isSorted().contains("private-copy").doesNotContain("other-user");
  }

  @Test
  void saysThatItIsNotIsolatedWhereItIsNot() throws IOException {
    Isolation isolation = plan(List.of(), Map.of()).isolation();

    assertThat(isolation.labels()).contains("host-network").doesNotContain("own-network");
    assertThat(isolation.gaps()).anyMatch(gap -> gap.startsWith("host-network: "));
    assertThat(Appraisal.Isolation.of(isolation.labels())).isEqualTo(Appraisal.Isolation.NONE);
  }

  @Test
  void namesWhatFullIsolationLacksAndHowToDoWithout() {
    for (String status :
        List.of(
            "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t000001ffffffffff\n",
            "Uid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\n")) {
      assertThatThrownBy(() -> AgentSpace.requireRights(status))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(status.contains("1000") ? "uid 1000" : "CAP_SYS_ADMIN")
          .hasMessageContaining("--isolation=none");
    }
  }

  @Test
  void attack66FindsAnIsolationThatIsNotInForce() throws IOException {
    JarLaunch launch = plan(List.of(), Map.of());
    String limits = "Max core file size        0                    0                    bytes\n";

    assertThat(ObservedIsolation.deviation("NoNewPrivs:\t1\n", limits, launch)).isEmpty();
    assertThat(ObservedIsolation.deviation("NoNewPrivs:\t0\n", limits, launch)).isPresent();
    assertThat(ObservedIsolation.deviation("", limits, launch)).isPresent();
    if (launch.isolation().has(Isolation.Measure.NO_CORE_FILES)) {
      assertThat(
              ObservedIsolation.deviation(
                  "NoNewPrivs:\t1\n", limits.replace(" 0 ", " unlimited "), launch))
          .isPresent();
    }
  }

  private JarLaunch plan(List<String> options, Map<String, String> environment) throws IOException {
    return JarLaunch.plan(
        copy,
        directory,
        new JarLaunch.Options(
            LaunchedAgent.RUNTIME,
            options,
            List.of(),
            environment,
            Optional.empty(),
            Optional.of(new InetSocketAddress("127.0.0.1", 8111)),
            Optional.of(TrustFiles.of(List.of()))),
        Map.of("TZ", "UTC", "AWS_SECRET_ACCESS_KEY", "s", "JAVA_TOOL_OPTIONS", "-javaagent:x"));
  }
}
