//! The evaluator itself.

use std::ffi::OsString;

use super::evaluator::{Policy, Request};

const HEAD: &str = "(version 1)\n(deny default)\n";

fn policy(text: &str) -> Policy {
    Policy::new(&format!("{HEAD}{text}"), &[]).expect("a profile")
}

fn file(path: &str) -> Request {
    Request { path: Some(path.into()), ..Request::default() }
}

#[track_caller]
fn refused(text: &str, what: &str) {
    let error = Policy::new(&format!("{HEAD}{text}"), &[]).expect_err(text);
    assert!(error.contains(what), "{text}: {error}");
}

#[test]
fn the_last_rule_that_fits_decides() {
    let policy = policy(
        "(allow file-read* (subpath \"/a\"))
         (deny file-read* (subpath \"/a/b\"))
         (allow file-read-data (literal \"/a/b/c\"))",
    );
    let read = |path| policy.allows("file-read-data", &file(path));
    assert_eq!(["/x", "/a/x", "/a/b/x", "/a/b/c"].map(read), [false, true, false, true]);
    assert!(!policy.allows("file-read-metadata", &file("/a/b/c")), "another operation");
}

/// Firefox and `WebKit` deny these by name, right after the default.
#[test]
fn some_operations_are_open_until_their_names_are_denied() {
    let left_open = [
        "process-info-pidinfo",
        "nvram-get",
        "iokit-get-properties",
        "file-map-executable",
        "file-link",
        "file-clone",
        "file-test-existence",
    ];
    let allows = |text: &str| left_open.map(|op| policy(text).allows(op, &file("/x")));
    assert_eq!(allows(""), [true; 7]);
    assert_eq!(allows("(deny file*)"), [true, true, true, false, true, true, true]);
    assert_eq!(allows("(deny process-info*)(deny nvram*)")[..2], [false, false]);
    let by_name = "(deny file-link file-clone file-test-existence iokit-get-properties)";
    assert_eq!(allows(by_name), [true, true, false, true, false, false, false]);
}

#[test]
fn a_name_beats_a_wildcard_in_either_order() {
    let allow = "(allow file-write-data (subpath \"/d\"))";
    let deny = "(deny file-write* (literal \"/d/f\"))";
    for text in [format!("{allow}{deny}"), format!("{deny}{allow}")] {
        assert!(policy(&text).allows("file-write-data", &file("/d/f")), "{text}");
        assert!(!policy(&text).allows("file-write-create", &file("/d/f")), "{text}");
    }
    let (bind, inbound) = ("(deny network-bind)", "(allow network-inbound)");
    for text in [format!("{bind}{inbound}"), format!("{inbound}{bind}")] {
        assert!(!policy(&text).allows("network-bind", &Request::default()), "{text}");
    }
}

#[test]
fn a_rule_without_filters_does_not_undo_one_with_filters() {
    let allow = "(allow file-link (subpath \"/d\"))";
    for text in [format!("{allow}(deny file-link)"), format!("(deny file-link){allow}")] {
        assert!(policy(&text).allows("file-link", &file("/d/f")), "{text}");
        assert!(!policy(&text).allows("file-link", &file("/x")), "{text}");
    }
}

#[test]
fn the_default_decides_what_no_rule_speaks_of() {
    let open = Policy::new("(version 1)(allow default)(deny network*)", &[]).expect("a profile");
    assert!(open.allows("file-write-data", &file("/x")));
    assert!(!open.allows("network-outbound", &file("/x")));
}

#[test]
fn words_for_several_operations() {
    let policy = policy("(allow file-read* ipc-posix-sem) (deny file-read-xattr)");
    let allows = |operation| policy.allows(operation, &Request::default());
    assert!(
        ["file-read-data", "file-read-metadata", "ipc-posix-sem-open"].map(allows) == [true; 3]
    );
    assert!(["file-read-xattr", "file-write-data", "file-ioctl"].map(allows) == [false; 3]);
}

#[test]
fn paths() {
    let policy = policy(
        "(allow file-read-data (literal \"/l\") (prefix \"/p/x\") (subpath \"/s\")
            (regex #\"^/r[0-9]+$\"))",
    );
    for (path, expected) in [
        ("/l", true),
        ("/l/x", false),
        ("/ll", false),
        ("/p/x", true),
        ("/p/xyz/w", true),
        ("/p", false),
        ("/s/x/y", true),
        ("/ss", false),
        ("/r12", true),
        ("/r12/x", false),
        ("/x/r12", false),
    ] {
        assert_eq!(policy.allows("file-read-data", &file(path)), expected, "{path}");
    }
}

#[test]
#[should_panic(expected = "depends on what is not published")]
fn whether_subpath_has_the_place_itself_must_not_matter() {
    policy("(allow file-read-data (subpath \"/s\"))").allows("file-read-data", &file("/s"));
}

#[test]
fn several_filters_are_one_or_the_other_unless_said_otherwise() {
    let policy = policy(
        "(allow file-write-create
            (require-all (subpath \"/a\") (vnode-type DIRECTORY) (require-not (literal \"/a/x\")))
            (require-any (literal \"/b\") (literal \"/c\")))",
    );
    let make = |path: &str, vnode| {
        let request = Request { vnode, ..file(path) };
        policy.allows("file-write-create", &request)
    };
    assert!(make("/a/d", Some("DIRECTORY")) && make("/b", None) && make("/c", None));
    assert!(!make("/a/d", Some("SYMLINK")) && !make("/a/d", None));
    assert!(!make("/a/x", Some("DIRECTORY")) && !make("/d", None));
}

#[test]
fn parameters_are_values_and_no_text() {
    let hostile = "/a\") (allow default (literal \"/x";
    let parameters = [("P0".to_owned(), OsString::from(hostile))];
    let text = format!("{HEAD}(allow file-read-data (literal (param \"P0\")))");
    let policy = Policy::new(&text, &parameters).expect("a profile");
    assert!(policy.allows("file-read-data", &file(hostile)));
    assert!(!policy.allows("file-read-data", &file("/a")));
    assert!(Policy::new(&text, &[]).is_err(), "a parameter that nobody gives");
    let twice = [parameters.clone(), parameters].concat();
    assert!(Policy::new(&text, &twice).is_err(), "a parameter that is given twice");
}

#[test]
fn functions_stand_for_their_rules() {
    let policy = policy(
        "(define (hide place) (deny file-read* (literal place)))
         (define (show place other)
            (begin
              (allow file-read* (literal place)
                (require-all (literal other) (vnode-type DIRECTORY)))
              (hide \"/h\")))
         (hide \"/a\") (show \"/a\" \"/b\") (hide \"/c\")",
    );
    let read =
        |path: &str, vnode| policy.allows("file-read-data", &Request { vnode, ..file(path) });
    assert!(read("/a", None) && read("/b", Some("DIRECTORY")));
    assert!(!read("/b", None) && !read("/c", None) && !read("/h", None) && !read("/place", None));
    refused("(define (f a) (deny file-read* (literal a))) (f)", "takes 1 values");
    refused("(define (f a) (deny file-raed* (literal a))) (f \"/a\")", "unknown operation");
    refused("(define (f)) (define (f))", "twice");
    refused("(g \"/a\")", "unknown form");
}

#[test]
fn the_network() {
    let policy = policy(
        "(allow network-outbound (remote ip \"localhost:80\"))
         (allow network-bind (local ip \"*:*\"))
         (allow network-outbound (remote unix-socket (literal \"/s\")) (literal \"/t\"))",
    );
    let to = |host, port| Request { address: Some((host, port)), ..Request::default() };
    assert!(policy.allows("network-outbound", &to("localhost", 80)));
    assert!(!policy.allows("network-outbound", &to("localhost", 81)));
    assert!(!policy.allows("network-outbound", &to("example.org", 80)));
    assert!(policy.allows("network-bind", &to("example.org", 1)));
    assert!(policy.allows("network-outbound", &file("/s")));
    assert!(policy.allows("network-outbound", &file("/t")));
    assert!(!policy.allows("network-bind", &file("/s")));
}

#[test]
fn names_and_processes() {
    let policy = policy(
        "(allow mach-lookup (global-name \"g\") (local-name \"l\"))
         (allow sysctl-read (sysctl-name \"hw.ncpu\") (sysctl-name-prefix \"kern.x.\"))
         (allow signal (target same-sandbox))",
    );
    let named = |name, local_name| Request { name: Some(name), local_name, ..Request::default() };
    assert!(policy.allows("mach-lookup", &named("g", false)));
    assert!(policy.allows("mach-lookup", &named("l", true)));
    assert!(!policy.allows("mach-lookup", &named("g", true)));
    assert!(policy.allows("sysctl-read", &named("kern.x.y", false)));
    assert!(!policy.allows("sysctl-read", &named("hw.ncpus", false)));
    assert!(!policy.allows("sysctl-write", &named("hw.ncpu", false)));
    assert!(!policy.allows("signal", &Request::default()));
    assert!(policy.allows("signal", &Request { same_sandbox: true, ..Request::default() }));
}

#[test]
fn what_is_not_understood_is_an_error() {
    refused("(allow file-raed*)", "unknown operation");
    refused("(allow network-outbound (prefix \"/a\"))", "says nothing of network-outbound");
    refused("(allow file-read* (litteral \"/a\"))", "unknown filter");
    refused("(allow file-read* (global-name \"a\"))", "says nothing of");
    refused("(allow mach-lookup (subpath \"/a\"))", "says nothing of");
    refused("(allow file-read* (subpath \"a\"))", "no path");
    refused("(allow file-read* (subpath \"/a/\"))", "no path");
    refused("(allow file-read* (subpath \"/a\" \"/b\"))", "takes one value");
    refused("(allow file-read* (subpath \"/a\\n\"))", "escape");
    refused("(allow network-outbound (remote tcp \"*:80\"))", "unknown address");
    refused("(import \"system.sb\")", "unknown form");
    refused("(allow)", "about nothing");
    refused("(allow file-read*", "without an end");
    refused("(allow file-read*))", "unmatched");
    refused("(allow file-read* (regex #\"^/a(\"))", "");
    assert!(Policy::new("(version 1)(allow file-read*)", &[]).is_err(), "no default");
    assert!(Policy::new("(deny default)", &[]).is_err(), "no version");
}
