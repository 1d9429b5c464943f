# git: commits, a merge, a clone, gc and fsck.
need git
export GIT_AUTHOR_NAME=tester GIT_AUTHOR_EMAIL=tester@localhost GIT_AUTHOR_DATE='1700000000 +0000'
export GIT_COMMITTER_NAME=tester GIT_COMMITTER_EMAIL=tester@localhost
export GIT_COMMITTER_DATE='1700000000 +0000'
cat >script <<'SCRIPT'
set -e
rm -rf repository clone
git init -q -b main repository
cd repository
for commit in 1 2 3 4; do
    for file in $(seq 60); do
        seq $((commit * file)) $((commit * file + 400)) >file$file
    done
    git add .
    git commit -qm "commit $commit"
done
git checkout -qb side HEAD~2
echo side >side
git add side
git commit -qm side
git checkout -q main
git merge -q -m merge side
git log --stat --format='%H %s' | cksum
git diff HEAD~3 | cksum
git gc -q --aggressive
git fsck --full --strict 2>&1
git clone -q --no-local . ../clone
cd ../clone
git rev-parse HEAD
git rev-list --all --objects | sort | cksum
git fsck --full 2>&1
git blame file7 | cksum
SCRIPT
same bash script
