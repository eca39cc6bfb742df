use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

/// A project with these files, each with its own name for content.
fn project(files: &[&str]) -> TempDir {
    let project = tempfile::tempdir().expect("a directory");
    for file in files {
        let path = project.path().join(file);
        fs::create_dir_all(path.parent().expect("below the project")).expect("directories");
        fs::write(&path, file).expect("a file");
    }
    project
}

fn concealed(project: &Path, rules: Rules) -> Concealed {
    let mut concealed = Concealed { rules, project: project.to_path_buf(), ..Concealed::default() };
    let search = concealed.search();
    concealed.warn_of_what_is_not_there(&search.places);
    concealed.warnings.extend(search.warnings);
    concealed.places = search.places;
    concealed
}

fn globs(project: &Path, texts: &[&str], exceptions: &[&str]) -> Globs {
    let texts = texts.iter().map(OsStr::new);
    Globs::new(texts, exceptions.iter().map(OsStr::new), project)
}

/// What masks with these globs hold, relative to the project; directories with a slash.
fn masked(project: &Path, texts: &[&str], exceptions: &[&str]) -> Vec<String> {
    let mask = globs(project, texts, exceptions);
    let concealed = concealed(project, Rules { mask, deny: Globs::default() });
    let shown = |place: &Place| {
        let below = place.path.strip_prefix(project).expect("below the project");
        format!("{}{}", below.display(), if place.directory { "/" } else { "" })
    };
    concealed.places.iter().map(shown).collect()
}

#[test]
fn globs_mean_what_they_mean_in_gitignore() {
    let project = project(&[
        ".env",
        ".ENV",
        "sub/.env",
        "sub/deep/key.pem",
        "sub/deep/other",
        "keys/a",
        "keys/b",
        "odd name [x]/f",
        ".git/config",
    ]);
    let real = project.path().canonicalize().expect("real");
    let whole = real.join("sub/.env");
    for (texts, expected) in [
        (&[".env"][..], &[".env", "sub/.env"][..]),
        (&["/.env"], &[".env"]),
        (&["./.env"], &[".env"]),
        (&["*.pem"], &["sub/deep/key.pem"]),
        (&["sub/*.pem"], &[]),
        (&["sub/**/*.pem"], &["sub/deep/key.pem"]),
        (&["**/other"], &["sub/deep/other"]),
        // A directory is one place, with all that is in it.
        (&["keys"], &["keys/"]),
        (&["keys/"], &["keys/"]),
        (&["keys/*"], &["keys/a", "keys/b"]),
        (&["/keys/a", "keys"], &["keys/"]),
        (&[".env/"], &[]),
        (&["odd name \\[x\\]/f"], &["odd name [x]/f"]),
        (&["key.???"], &["sub/deep/key.pem"]),
        // Of what git has nothing is hidden by a glob.
        (&["config"], &[]),
        (&["/.git/config"], &[".git/config"]),
        (&[whole.to_str().expect("text")], &["sub/.env"]),
    ] {
        assert_eq!(masked(&real, texts, &[]), expected, "{texts:?}");
    }
    assert_eq!(masked(&real, &[".env"], &["sub/.env"]), [".env"]);
    assert_eq!(masked(&real, &["*.pem"], &["*.pem"]), [] as [&str; 0]);
}

#[test]
fn the_preset_knows_templates_and_dependencies() {
    let project = project(&[
        ".env",
        ".env.local",
        ".env.example",
        ".env.production.example",
        "deploy/id_ed25519",
        "deploy/id_ed25519.pub",
        "deploy/service-account-prod.json",
        "infra/terraform.tfstate",
        "infra/main.tf",
        "package.json",
        "node_modules/x/test/key.pem",
        "node_modules/x/.env",
        ".venv/lib/python3/site-packages/certifi/cacert.pem",
        "src/main.rs",
    ]);
    let real = project.path().canonicalize().expect("real");
    let expected = [
        ".env",
        ".env.local",
        "deploy/id_ed25519",
        "deploy/service-account-prod.json",
        "infra/terraform.tfstate",
    ];
    assert_eq!(masked(&real, &["@secrets"], &[]), expected);
    assert_eq!(masked(&real, &["@secrets"], &[".env.*"]).len(), 4);
    // Another glob looks into dependencies as well.
    assert_eq!(masked(&real, &["@secrets", "key.pem"], &[]).len(), 6);
    let (first, count) = unmasked_secrets(&real);
    assert_eq!((first.len(), count), (3, 5));
}

#[test]
fn links_and_other_names_of_a_masked_file() {
    let project = project(&["config/env", "plain", "key.pem"]);
    let outside = tempfile::tempdir().expect("a directory");
    let real = project.path().canonicalize().expect("real");
    symlink("config/env", real.join(".env")).expect("a link");
    symlink(outside.path(), real.join("sub.env")).expect("a link");
    symlink("nowhere", real.join("gone.env")).expect("a link");
    fs::hard_link(real.join("key.pem"), real.join("second")).expect("a hard link");
    let mask = globs(&real, &[".env", "*.env", "*.pem"], &[]);
    let concealed = concealed(&real, Rules { mask, deny: Globs::default() });
    let paths: Vec<_> = concealed.places.iter().map(|place| place.path.clone()).collect();
    assert_eq!(paths, ["config/env", "key.pem", "second"].map(|name| real.join(name)));
    assert_eq!(concealed.warnings.len(), 1, "{:?}", concealed.warnings);
    assert!(concealed.warnings[0].contains("a link out of the project"));
}

/// A name with a link in it means what the link leads to, and an exception to that counts.
#[test]
fn links_on_the_way_and_exceptions_behind_links() {
    let project = project(&["config/env", "deep/key"]);
    let real = project.path().canonicalize().expect("real");
    symlink("config/env", real.join("link.env")).expect("a link");
    symlink("deep", real.join("way")).expect("a link");
    assert_eq!(masked(&real, &["*.env", "way/key"], &[]), ["config/env", "deep/key"]);
    assert_eq!(masked(&real, &["*.env"], &["/config/env"]), [] as [&str; 0]);
    assert_eq!(masked(&real, &["*.env"], &["env"]), [] as [&str; 0]);
    assert_eq!(masked(&real, &["*.env"], &["key"]), ["config/env"]);
}

#[test]
fn what_is_denied_is_not_merely_masked() {
    let project = project(&["a/key", "b/key"]);
    let real = project.path().canonicalize().expect("real");
    let rules = Rules { deny: globs(&real, &["/a"], &[]), mask: globs(&real, &["key"], &[]) };
    let places = concealed(&real, rules).places;
    let how: Vec<_> = places.iter().map(|place| (place.how, &*place.rule)).collect();
    let expected = [(How::Denied, "it fits --deny-path /a"), (How::Masked, "it fits --mask key")];
    assert_eq!(how[0], expected[0]);
    assert_eq!(how.last(), Some(&expected[1]));
}

#[test]
fn a_literal_that_is_not_there_is_told() {
    let project = project(&["a"]);
    let real = project.path().canonicalize().expect("real");
    let mask = globs(&real, &["/missing", "/a", "*.none"], &[]);
    let concealed = concealed(&real, Rules { mask, deny: Globs::default() });
    assert_eq!(concealed.warnings.len(), 1, "{:?}", concealed.warnings);
    assert!(concealed.warnings[0].contains("missing"));
}

#[test]
fn what_fits_later_is_found() {
    let project = project(&["a/.env", "b"]);
    let real = project.path().canonicalize().expect("real");
    let mask = globs(&real, &[".env", "/b"], &[]);
    let concealed = concealed(&real, Rules { mask, deny: Globs::default() });
    assert_eq!(concealed.appeared(), []);
    fs::create_dir(real.join("c")).expect("a directory");
    fs::write(real.join("c/.env"), "new").expect("a file");
    fs::write(real.join("new"), "another").expect("a file");
    fs::rename(real.join("new"), real.join("b")).expect("replaced");
    assert_eq!(concealed.appeared(), [(real.join("b"), false), (real.join("c/.env"), true)]);
}

#[test]
fn a_directory_that_cannot_be_listed_is_denied() {
    use std::os::unix::fs::PermissionsExt;
    if nix::unistd::getuid().is_root() {
        eprintln!("root lists every directory");
        return;
    }
    let project = project(&["shut/.env"]);
    let real = project.path().canonicalize().expect("real");
    let shut = real.join("shut");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).expect("mode");
    let mask = globs(&real, &[".env"], &[]);
    let places = concealed(&real, Rules { mask, deny: Globs::default() }).places;
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o755)).expect("mode");
    assert_eq!(places.len(), 1);
    assert_eq!((places[0].how, &places[0].path), (How::Denied, &shut));
}

/// Measures, for docs/secrets.md: `cargo test -p ai-jail --release --lib -- --ignored --nocapture walk`.
#[test]
#[ignore = "a measurement"]
fn a_walk_over_many_files() {
    let project = tempfile::tempdir().expect("a directory");
    for directory in 0..2_000 {
        let path = project.path().join(format!("d{}/e{directory}", directory % 40));
        fs::create_dir_all(&path).expect("directories");
        for file in 0..50 {
            fs::write(path.join(format!("file{file}.rs")), "").expect("a file");
        }
    }
    let real = project.path().canonicalize().expect("real");
    let processor_time = || {
        let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF);
        let usage = usage.expect("getrusage");
        (usage.user_time(), usage.system_time())
    };
    for _ in 0..9 {
        let (begin, before) = (std::time::Instant::now(), processor_time());
        let found = masked(&real, &["@secrets", "*.none"], &[]);
        let (elapsed, after) = (begin.elapsed(), processor_time());
        let (user, system) = (after.0 - before.0, after.1 - before.1);
        eprintln!("{} found in {elapsed:?}; processor: {user} user, {system} system", found.len());
    }
}
