//! Files with a login that no jail has, and that a program opens only when it looks for one. Where the
//! jail has an empty file in such a place, whoever opens it there is told of a way.

/// One of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Login {
    /// Below the home: a hidden place.
    pub path: &'static str,
    /// Variables that stand for it.
    pub variables: &'static [&'static str],
    /// What gives it to a jail.
    pub way: Way,
}

/// How a jail comes to a login.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// A token of GitHub's in a variable.
    GitHub,
    /// The file itself, or such a token.
    File,
}

const TOKEN: &[&str] = &["GH_TOKEN", "GITHUB_TOKEN"];

const fn row(path: &'static str, way: Way) -> Login {
    Login { path, variables: TOKEN, way }
}

/// The table. `.netrc` is not in it: curl, and so git, reads it for requests that need no login.
pub const LOGINS: &[Login] = &[
    row(".config/gh/hosts.yml", Way::GitHub),
    // What `credential.helper = store` reads, after a server has asked.
    row(".git-credentials", Way::File),
    row(".config/git/credentials", Way::File),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::policy::Os;
    use crate::policy::home::{Treatment, find};

    #[test]
    fn every_row_is_hidden() {
        for login in LOGINS {
            let row = find(Os::Linux, Path::new(login.path)).expect("a row");
            assert_eq!(row.treatment, Treatment::Hidden, "{}", login.path);
        }
    }
}
