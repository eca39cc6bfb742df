//! Commands that still ask, in a jail too: they destroy what the jail lets the agent write, or
//! act on the world outside it.
//!
//! The agents compare text, so a row is a reminder for an agent that means well and no wall: a
//! script that runs `git push` is not seen. What must not happen is kept away by the jail.

/// One row.
pub struct Asked {
    /// The command's first words; a `*` among them stands for any.
    pub command: &'static str,
    /// Why it asks.
    pub reason: &'static str,
}

impl Asked {
    /// The words, where they are plain: some agents compare words one by one and know no `*`.
    pub fn words(&self) -> Option<Vec<&'static str>> {
        let words: Vec<_> = self.command.split(' ').collect();
        (!words.contains(&"*")).then_some(words)
    }
}

const fn asked(command: &'static str, reason: &'static str) -> Asked {
    Asked { command, reason }
}

/// Every row; equal reasons stand together.
pub const ASKED: &[Asked] = &[
    asked("git push", "publishes commits; forcing it has many spellings, so every push asks"),
    asked("git -C * push", "publishes commits; forcing it has many spellings, so every push asks"),
    asked("rm", "deletes files"),
    asked("shred", "deletes files"),
    asked("unlink", "deletes files"),
    asked("find * -delete", "deletes files"),
    asked("find * -exec rm", "deletes files"),
    asked("git clean", "deletes files"),
    asked("git reset --hard", "throws away uncommitted work"),
    asked("git restore", "throws away uncommitted work"),
    asked("git checkout --", "throws away uncommitted work"),
    asked("git checkout .", "throws away uncommitted work"),
    asked("git stash drop", "throws away uncommitted work"),
    asked("git stash clear", "throws away uncommitted work"),
    asked("git branch -D", "throws away commits"),
    asked("git tag -d", "throws away commits"),
    asked("git reflog expire", "throws away commits"),
    asked("git filter-branch", "rewrites history"),
    asked("git filter-repo", "rewrites history"),
    asked("npm publish", "publishes a package"),
    asked("pnpm publish", "publishes a package"),
    asked("yarn publish", "publishes a package"),
    asked("yarn npm publish", "publishes a package"),
    asked("bun publish", "publishes a package"),
    asked("deno publish", "publishes a package"),
    asked("cargo publish", "publishes a package"),
    asked("twine upload", "publishes a package"),
    asked("uv publish", "publishes a package"),
    asked("poetry publish", "publishes a package"),
    asked("hatch publish", "publishes a package"),
    asked("flit publish", "publishes a package"),
    asked("gem push", "publishes a package"),
    asked("mvn deploy", "publishes a package"),
    asked("gradle publish", "publishes a package"),
    asked("./gradlew publish", "publishes a package"),
    asked("dotnet nuget push", "publishes a package"),
    asked("npm unpublish", "takes a package back"),
    asked("npm deprecate", "takes a package back"),
    asked("cargo yank", "takes a package back"),
    asked("gem yank", "takes a package back"),
    asked("docker push", "publishes an image"),
    asked("podman push", "publishes an image"),
    asked("helm push", "publishes an image"),
    asked("docker system prune", "deletes images and data of containers"),
    asked("docker volume rm", "deletes images and data of containers"),
    asked("docker volume prune", "deletes images and data of containers"),
    asked("gh pr create", "speaks in your name"),
    asked("gh pr merge", "speaks in your name"),
    asked("gh pr close", "speaks in your name"),
    asked("gh pr comment", "speaks in your name"),
    asked("gh pr review", "speaks in your name"),
    asked("gh issue create", "speaks in your name"),
    asked("gh issue close", "speaks in your name"),
    asked("gh issue comment", "speaks in your name"),
    asked("gh release", "speaks in your name"),
    asked("gh repo create", "speaks in your name"),
    asked("gh repo delete", "speaks in your name"),
    asked("gh gist create", "speaks in your name"),
    asked("gh workflow run", "speaks in your name"),
    asked("gh secret", "speaks in your name"),
    asked("glab mr create", "speaks in your name"),
    asked("glab mr merge", "speaks in your name"),
    asked("glab release", "speaks in your name"),
    asked("terraform apply", "changes what runs elsewhere"),
    asked("terraform destroy", "changes what runs elsewhere"),
    asked("tofu apply", "changes what runs elsewhere"),
    asked("tofu destroy", "changes what runs elsewhere"),
    asked("pulumi up", "changes what runs elsewhere"),
    asked("pulumi destroy", "changes what runs elsewhere"),
    asked("kubectl apply", "changes what runs elsewhere"),
    asked("kubectl delete", "changes what runs elsewhere"),
    asked("helm install", "changes what runs elsewhere"),
    asked("helm upgrade", "changes what runs elsewhere"),
    asked("helm uninstall", "changes what runs elsewhere"),
    asked("vercel", "changes what runs elsewhere"),
    asked("netlify deploy", "changes what runs elsewhere"),
    asked("fly deploy", "changes what runs elsewhere"),
    asked("wrangler deploy", "changes what runs elsewhere"),
    asked("firebase deploy", "changes what runs elsewhere"),
    asked("ssh", "acts on another machine"),
    asked("scp", "acts on another machine"),
    asked("sftp", "acts on another machine"),
    asked("dropdb", "deletes a database"),
    asked("sudo", "becomes another user; no use in a jail, but these settings hold outside too"),
    asked("doas", "becomes another user; no use in a jail, but these settings hold outside too"),
];
