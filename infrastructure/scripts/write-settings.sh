#!/usr/bin/env bash
# Writes backend.hcl and terraform.tfvars of an environment from what bootstrap left in backend_config.txt.
#
#   write-settings.sh dev|prod
#
# backend.hcl is written anew; terraform.tfvars is yours once it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
environment=$1
folder=environments/$environment

# A line of `terraform output`, of a string or of an entry of a map: name = "value".
setting() { sed -nE "s/^ *\"?$1\"? *= *\"([^\"]*)\"\$/\\1/p" backend_config.txt; }
required() {
  local value
  value=$(setting "$1")
  [ -n "$value" ] || { echo "backend_config.txt has no $1: run \`just bootstrap\` again." >&2; exit 1; }
  echo "$value"
}

region=$(required aws_region)
account_id=$(required account_id)
name_prefix=$(required name_prefix)
topic=$(required alerts_topic_arn)
role=$(setting "$environment")
[ -n "$role" ] || role=$(required lambda_role_arn)

# Locked in both ways: by the table of bootstrap, and by the file in the bucket that takes its place in later versions.
cat > "$folder/backend.hcl" <<HCL
bucket         = "$(required s3_bucket_name)"
key            = "$environment/terraform.tfstate"
region         = "$region"
dynamodb_table = "$(required dynamodb_table_name)"
use_lockfile   = true
encrypt        = true
HCL

tfvars=$folder/terraform.tfvars
if [ -e "$tfvars" ]; then
  grep -qF "\"$role\"" "$tfvars" || echo "$tfvars is kept. bootstrap's role for $environment is now $role"
  exit 0
fi

key_line=
if [ "$environment" = prod ] && [ -z "${TF_VAR_api_keys:-}" ]; then
  made=$("${JUST:-just}" new-key)
  entry=$(grep -oE '[A-Za-z0-9_-]+:sha256=[0-9a-f]{64}' <<< "$made")
  key_line="api_keys = [\"$entry\"]"
fi

cat > "$tfvars" <<HCL
# From bootstrap.
project_name     = "${name_prefix%-"$account_id"}"
aws_region       = "$region"
lambda_role_arn  = "$role"
alerts_topic_arn = "$topic"

# Yours: variables.tf has all of them.
# alert_emails = ["you@example.com"]
$key_line
HCL
terraform fmt "$tfvars" > /dev/null
echo "Wrote $tfvars"
if [ -n "$key_line" ]; then
  echo
  echo "$made"
  echo
  echo "The entry stands in $tfvars already. Keep the key: it is API_KEY of clients."
fi
