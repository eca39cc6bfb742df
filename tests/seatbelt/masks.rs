//! Masks and denials of the project (`integration/masks.rs`): nothing can be shown empty here, so both
//! are refused.

use super::machine::Mac;

#[test]
fn what_is_masked_or_denied_is_refused() {
    let mac = Mac::new();
    let masked = [mac.file("home/project/.env"), mac.file("home/project/deep/down/.env")];
    let denied = mac.file("home/project/keys/id");
    let plain = mac.file("home/project/deep/down/open");
    let control = mac.jail::<&str>(&[]);
    assert!(masked.iter().all(|path| control.reads(path) && control.writes(path)));
    let jail = mac.jail(&["--mask", ".env", "--deny-path", "keys"]);
    for path in masked.iter().chain([&denied]) {
        assert!(
            !jail.reads(path) && !jail.writes(path) && !jail.removes(path),
            "{}",
            path.display()
        );
    }
    assert!(
        !jail.reads(mac.project().join("keys"))
            && !jail.makes(mac.project().join("keys/new"), "REGULAR-FILE")
    );
    assert!(jail.reads(&plain) && jail.writes(&plain), "its neighbour");
    // Neither the file nor a directory above can be moved to another name.
    let aside = mac.project().join("aside");
    for path in masked[1].ancestors().take_while(|path| *path != mac.project()) {
        assert!(!jail.renames(path, &aside), "{}", path.display());
    }
    assert!(jail.renames(&plain, &aside), "the control");
}

#[test]
fn exceptions_and_the_preset() {
    let mac = Mac::new();
    let (env, key) = (mac.file("home/project/.env"), mac.file("home/project/a/key.pem"));
    let example = mac.file("home/project/.env.example");
    let jail = mac.jail(&["--mask", "@secrets", "--mask-except", "/a/key.pem"]);
    assert!(!jail.reads(&env) && jail.reads(&key) && jail.reads(&example));
    assert!(!mac.jail(&["--lockdown", "--mask", ".env"]).reads(&env));
    assert!(mac.jail(&["--lockdown"]).reads(&env), "the control");
}
