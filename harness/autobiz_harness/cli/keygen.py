"""`gate keygen`: a key pair, the private half for its owner alone."""

import json
from pathlib import Path

import click

from .proving import PASSPHRASE_VARIABLE, passphrase, proving


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the names as one JSON object.")
def keygen(path: Path, as_json: bool) -> None:
    """Make an Ed25519 key: FILE signs and stays secret, FILE.pub verifies and may be shown to anybody.

    With AUTOBIZ_SIGNING_PASSPHRASE set, FILE is encrypted with it (PKCS#8). Existing files are never
    overwritten.

    \b
      gate keygen ci.key                    then: gate evidence --key ci.key
      AUTOBIZ_SIGNING_KEY="$(cat ci.key)"   or from a secret of your CI, without a file
    """
    with proving():
        from autobiz_gates.evidence import generate_key, write_key_pair

        key, secret = generate_key(), passphrase()
        public = write_key_pair(key, path, secret)
        if as_json:
            names = {"private": str(path), "public": str(public), "encrypted": secret is not None}
            click.echo(json.dumps({"keyid": key.public.id, **names}))
            return
        click.echo(f"key     {key.public.id}")
        how = f"encrypted with {PASSPHRASE_VARIABLE}" if secret else "not encrypted"
        click.echo(f"secret  {path}  ({how}; keep it out of the repository)")
        click.echo(f"public  {public}")
