//! Sets of rules with a name, for what developers reach every day. Names only, never addresses, and never a host that
//! anybody can put content of their own on without an account there.

/// A set of rules.
#[derive(Debug)]
pub struct Preset {
    /// Its name, written with an `@` before it.
    pub name: &'static str,
    /// What it is for.
    pub reason: &'static str,
    /// Where its names are from.
    pub source: &'static str,
    /// The rules, as a user would write them.
    pub rules: &'static [&'static str],
}

/// Every preset, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "alpine",
        reason: "apk's packages",
        source: "https://wiki.alpinelinux.org/wiki/Repositories",
        rules: &["dl-cdn.alpinelinux.org"],
    },
    Preset {
        name: "arch",
        reason: "pacman's packages, by the mirror that redirects to others near by, and the AUR",
        source: "https://wiki.archlinux.org/title/Mirrors",
        rules: &["geo.mirror.pkgbuild.com", "archlinux.org:443", "aur.archlinux.org:22,443"],
    },
    Preset {
        name: "bitbucket",
        reason: "git over HTTPS and SSH, and the API",
        source: "https://support.atlassian.com/organization-administration/docs/ip-addresses-and-domains-for-atlassian-cloud-products/",
        rules: &["bitbucket.org:22,443", "altssh.bitbucket.org:443", "api.bitbucket.org:443"],
    },
    Preset {
        name: "debian",
        reason: "apt's packages and security updates",
        source: "https://deb.debian.org/",
        rules: &["deb.debian.org", "security.debian.org", "ftp.debian.org"],
    },
    Preset {
        name: "docker",
        reason: "images of Docker Hub",
        source: "https://docs.docker.com/desktop/setup/allow-list/",
        rules: &[
            "auth.docker.io:443",
            "registry-1.docker.io:443",
            "production.cloudflare.docker.com:443",
        ],
    },
    Preset {
        name: "fedora",
        reason: "dnf's packages, by the list of mirrors and the one that Fedora runs",
        source: "https://docs.fedoraproject.org/en-US/infra/",
        rules: &[
            "mirrors.fedoraproject.org",
            "dl.fedoraproject.org",
            "codecs.fedoraproject.org:443",
        ],
    },
    Preset {
        name: "github",
        reason: "git over HTTPS and SSH, the API, archives, releases, raw files and packages",
        source: "https://api.github.com/meta, under domains",
        rules: &[
            "github.com:22,80,443",
            "ssh.github.com:443",
            "api.github.com:443",
            "codeload.github.com:443",
            "raw.githubusercontent.com:443",
            "objects.githubusercontent.com:443",
            "release-assets.githubusercontent.com:443",
            "github-releases.githubusercontent.com:443",
            "ghcr.io:443",
            "pkg-containers.githubusercontent.com:443",
            "npm.pkg.github.com:443",
            "maven.pkg.github.com:443",
        ],
    },
    Preset {
        name: "gitlab",
        reason: "git over HTTPS and SSH, the API, and the registry",
        source: "https://docs.gitlab.com/user/gitlab_com/",
        rules: &["gitlab.com:22,80,443", "altssh.gitlab.com:443", "registry.gitlab.com:443"],
    },
    Preset {
        name: "huggingface",
        reason: "models and data sets",
        source: "https://huggingface.co/docs/hub/",
        rules: &[
            "huggingface.co:443",
            "cdn-lfs.huggingface.co:443",
            "cdn-lfs.hf.co:443",
            "cas-bridge.xethub.hf.co:443",
        ],
    },
    Preset {
        name: "registries",
        reason: "packages of the languages: npm, Yarn, JSR, PyPI, crates.io, Go, Maven, Gradle, RubyGems, NuGet, \
                 Packagist, Hex, pub.dev",
        source: "each registry's own documentation",
        rules: &[
            // npm and Yarn.
            "registry.npmjs.org:443",
            "registry.yarnpkg.com:443",
            "repo.yarnpkg.com:443",
            // Deno.
            "jsr.io:443",
            "npm.jsr.io:443",
            "deno.land:443",
            // PyPI.
            "pypi.org:443",
            "files.pythonhosted.org:443",
            // crates.io.
            "crates.io:443",
            "index.crates.io:443",
            "static.crates.io:443",
            // Go: `GOPROXY` and `GOSUMDB`.
            "proxy.golang.org:443",
            "sum.golang.org:443",
            // Maven Central, Gradle.
            "repo.maven.apache.org:443",
            "repo1.maven.org:443",
            "plugins.gradle.org:443",
            "plugins-artifacts.gradle.org:443",
            "services.gradle.org:443",
            "downloads.gradle.org:443",
            // RubyGems.
            "rubygems.org:443",
            "index.rubygems.org:443",
            // NuGet.
            "api.nuget.org:443",
            "globalcdn.nuget.org:443",
            // Packagist.
            "packagist.org:443",
            "repo.packagist.org:443",
            // Hex.
            "hex.pm:443",
            "repo.hex.pm:443",
            "builds.hex.pm:443",
            // Dart and Flutter.
            "pub.dev:443",
        ],
    },
    Preset {
        name: "toolchains",
        reason: "compilers and runtimes: rustup, Node.js, Go, Python, and what mise asks for versions",
        source: "each project's own documentation",
        rules: &[
            "static.rust-lang.org:443",
            "nodejs.org:443",
            "go.dev:443",
            "dl.google.com:443",
            "www.python.org:443",
            "mise.jdx.dev:443",
            "mise-versions.jdx.dev:443",
        ],
    },
    Preset {
        name: "ubuntu",
        reason: "apt's packages, security updates, and PPAs",
        source: "https://documentation.ubuntu.com/server/explanation/software/",
        rules: &[
            "archive.ubuntu.com",
            "security.ubuntu.com",
            "ports.ubuntu.com",
            "ppa.launchpadcontent.net",
        ],
    },
];

#[cfg(test)]
mod tests {
    use egress::rule::{Rule, Target};

    use super::PRESETS;

    #[test]
    fn every_rule_is_a_name_in_its_normal_form_and_every_row_says_why() {
        for preset in PRESETS {
            assert!(!preset.reason.is_empty() && !preset.source.is_empty(), "{}", preset.name);
            for text in preset.rules {
                let rule = Rule::parse(text).expect(text);
                assert!(matches!(rule.target, Target::Name(_) | Target::Below(_)), "{text}");
                let is_normal = rule.to_string() == *text || text.ends_with(":22,80,443");
                assert!(is_normal, "{text}: {rule}");
            }
        }
    }

    #[test]
    fn the_rows_are_sorted_and_none_is_there_twice() {
        assert!(PRESETS.is_sorted_by(|left, right| left.name < right.name));
    }
}
