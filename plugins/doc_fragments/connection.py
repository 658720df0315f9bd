# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The connection options; their argument spec is in ``plugins/module_utils/_module/arguments.py``."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - Id of the access key that signs the calls. Results and logs do not show it, since somebody may swap it with
        O(secret_key), which is then sent as an id and must be replaced.
      - It has priority over O(profile) and O(ecs_role_name). One of the three is required.
    type: str
  secret_key:
    description:
      - Secret of the access key, required together with it. It is used to sign and is never sent.
      - O(access_key), O(secret_key) and O(security_token) must not have blanks or line breaks in or around them.
    type: str
  security_token:
    description:
      - Token that belongs to a temporary access key.
    type: str
  profile:
    description:
      - Name of a profile in O(shared_credentials_file). The modes V(AK), V(StsToken), V(RamRoleArn), V(EcsRamRole),
        V(CloudSSO) and V(OAuth) are supported. A profile provides credentials only; region and endpoint are not read
        from it.
      - For the modes V(CloudSSO) and V(OAuth), the module uses the temporary access key that the command line tool
        stored at the last sign-in. If it has expired, the task fails; sign in again with the tool.
      - Ignored if O(access_key) is set.
    type: str
  shared_credentials_file:
    description:
      - The file with the profiles, as the vendor's command line tool writes it, on the host that runs the module.
      - If omitted, it is C(~/.aliyun/config.json), or C(~/.apsarastack/config.json) if the first does not exist.
      - Without O(profile), the current profile of this file is used.
    type: path
  assume_role:
    description:
      - A role to assume with the credentials from the other options. The security token service (STS) of the same
        site issues temporary keys, and issues new ones when they expire during the task.
    type: dict
    suboptions:
      role_arn:
        description: The role, for example V(acs:ram::1000000000000037:role/imager).
        type: str
        required: true
      session_name:
        description: Session name shown in the cloud's audit log.
        type: str
        default: ansible-apsarastack
      policy:
        description: A policy document that restricts what the role may do.
        type: json
      session_expiration:
        description: Lifetime of the temporary keys in seconds, from 900 to 3600. If omitted, the cloud decides.
        type: int
  ecs_role_name:
    description:
      - Name of the RAM role of the ECS instance that runs the module. The metadata service of the instance issues
        temporary keys, and issues new ones when they expire during the task.
      - Ignored if O(access_key) is set. Must not be given together with O(profile).
    type: str
  region:
    description:
      - Id of the region, for example V(cn-neimeng-env30-d01). Required.
      - O(region), O(department) and O(resource_group) must contain only printable ASCII characters and no whitespace.
    type: str
    aliases: [region_id]
  department:
    description:
      - Id of the organization in which resources are looked up and created, for example V(37) or V(org-0123456789).
        It is the id, not the name of the organization.
      - If omitted, it is the organization that the access key belongs to.
      - Quote it if it has leading zeros; YAML reads V(037) as an octal number.
    type: str
    aliases: [organization_id]
  resource_group:
    description:
      - Id of the resource set in which resources are looked up and created, for example V(412) or V(rs-0123456789).
      - It requires O(department), and has priority over O(resource_group_set_name).
    type: str
  resource_group_set_name:
    description:
      - Name of the resource set, if O(resource_group) is not given. Its id, and the organization that it belongs to,
        are looked up with one or more calls before the task.
      - If several organizations have a resource set of this name, O(department) is required as well.
    type: str
  endpoint:
    description:
      - The ECS endpoint itself, as a host, as V(host:port) or as a URL.
      - It has priority over O(popgw_domain) and O(domain). The scheme of a URL has priority over O(protocol).
      - With the path V(/asapi/v3) it is treated as an ASAPI gateway, as with O(domain).
    type: str
  popgw_domain:
    description:
      - The domain of the site's POP gateway, from which the endpoint is derived, for example V(env30.example.com).
      - It has priority over O(domain). One of O(endpoint), O(popgw_domain) and O(domain) is required.
    type: str
  is_center_region:
    description:
      - Whether O(region) is the center region of the site.
      - The endpoint derived from O(popgw_domain) contains the region only if it is not.
    type: bool
    default: true
  domain:
    description:
      - The site's ASAPI gateway, for example V(public.asapi.cn-neimeng-env30-d01.env30.example.com/asapi/v3). Without a
        path it is V(/asapi/v3).
      - A gateway whose name begins with V(public.asapi.) uses HTTPS, and one that begins with V(internal.asapi.) uses
        HTTP, regardless of O(protocol).
      - Newer sites often have no ASAPI gateway for their users; prefer O(popgw_domain).
    type: str
  protocol:
    description:
      - The scheme of the endpoint, unless it is given as a URL.
      - With V(http), everything except the secret key can be read in transit.
    type: str
    choices: [https, http]
    default: https
  validate_certs:
    description:
      - Whether the certificate of the endpoint is verified.
    type: bool
    default: true
  ca_path:
    description:
      - File, or hashed directory (see C(openssl rehash)), with the CA certificates that the certificate of the endpoint
        is verified with.
      - The library C(requests) uses its own CA certificates instead of those of the operating system. To use those of
        the system, give their file, for example V(/etc/pki/tls/certs/ca-bundle.crt) on Red Hat and
        V(/etc/ssl/certs/ca-certificates.crt) on Debian.
      - It has priority over the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
    type: path
  proxy:
    description:
      - URL of a proxy, for example V(http://proxy.example.com:3128). It may contain a user name and a password,
        whose special characters must be percent-encoded, for example V(#) as V(%23). Only Latin-1 characters can be
        sent to an HTTP proxy.
      - V(socks5://) and V(socks4://) require the Python library C(PySocks) on the host that runs the module.
      - It has priority over the environment variables E(HTTP_PROXY), E(HTTPS_PROXY) and E(NO_PROXY). An empty string
        means no proxy at all.
    type: str
  connect_timeout:
    description:
      - Seconds within which a connection must be established.
    type: int
    default: 10
  read_timeout:
    description:
      - Seconds within which a call must be answered.
    type: int
    default: 60
requirements:
  - python >= 3.9
  - requests >= 2.28
  - jmespath >= 0.10
notes:
  - Each connection option, also a required one, falls back to an environment variable named C(APSARASTACK_) and the
    option in capitals, then to C(ALIBABACLOUDSTACK_) and the option in capitals. For O(region) they are
    E(APSARASTACK_REGION) and E(ALIBABACLOUDSTACK_REGION). An empty variable is treated as unset.
    E(APSARASTACK_ASSUME_ROLE) contains JSON.
  - The task, including C(module_defaults), has priority over the environment, also across alternative options.
    If the task sets one of O(endpoint), O(popgw_domain) and O(domain), the variables of the others and of
    O(is_center_region) are not used; the same applies to credentials, and to O(department), O(resource_group) and
    O(resource_group_set_name).
  - A null counts as an omitted option, but is refused beside a value of the alias of the same option. In connection
    options except O(proxy), an empty string counts as omitted as well.
  - Quote the value of a string option. YAML reads V(yes) as a boolean, V(1.10) as the number 1.1 and V(037) as the
    number 31 before the module sees it; the module warns about booleans and floating-point numbers.
  - All modules are in the action group C(apsarastack.cloud.apsarastack), so that one entry in C(module_defaults) serves
    them all.
  - The secret key is never sent. The other parameters of a call are protected only by HTTPS.
  - Guides are in the folder C(docs/docsite/rst) of the collection, for example to
    R(authentication and private endpoints, ansible_collections.apsarastack.cloud.docsite.authentication) and to
    R(troubleshooting, ansible_collections.apsarastack.cloud.docsite.troubleshooting) by message and error code.
"""
