# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the site is reached and who calls; the argument spec is in ``plugins/module_utils/arguments.py``."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - Id of the access key that signs the calls.
      - It wins over O(profile) and O(ecs_role_name), of which one is required without it.
      - If it is not set, the environment variable E(APSARASTACK_ACCESS_KEY), then
        E(ALIBABACLOUDSTACK_ACCESS_KEY) is used.
    type: str
  secret_key:
    description:
      - Secret of the access key. It is used to sign and never sent.
      - It is required together with O(access_key).
      - If it is not set, the environment variable E(APSARASTACK_SECRET_KEY), then
        E(ALIBABACLOUDSTACK_SECRET_KEY) is used.
    type: str
  security_token:
    description:
      - Token that belongs to a temporary access key.
      - If it is not set, the environment variable E(APSARASTACK_SECURITY_TOKEN), then
        E(ALIBABACLOUDSTACK_SECURITY_TOKEN) is used.
    type: str
  profile:
    description:
      - Name of a profile in O(shared_credentials_file), which tells who calls. The modes V(AK), V(StsToken),
        V(RamRoleArn) and V(EcsRamRole) are supported. Nothing else is taken from it.
      - It is not looked at when O(access_key) is given.
      - If it is not set, the environment variable E(APSARASTACK_PROFILE), then
        E(ALIBABACLOUDSTACK_PROFILE) is used.
    type: str
  shared_credentials_file:
    description:
      - The file with the profiles, as the vendor's command line tool writes it, on the host that runs the module.
      - Without it, it is C(~/.aliyun/config.json), or C(~/.apsarastack/config.json) where the first does not exist.
      - Without O(profile), the current profile of this file is used.
      - If it is not set, the environment variable E(APSARASTACK_SHARED_CREDENTIALS_FILE), then
        E(ALIBABACLOUDSTACK_SHARED_CREDENTIALS_FILE) is used.
    type: path
  assume_role:
    description:
      - A role to assume, with the keys that the other options give. The security token service (STS) of the same site
        is asked for temporary keys, and asked again when they expire during the task.
      - If it is not set, the environment variable E(APSARASTACK_ASSUME_ROLE), then
        E(ALIBABACLOUDSTACK_ASSUME_ROLE) is used. It holds JSON.
    type: dict
    suboptions:
      role_arn:
        description: The role, for example V(acs:ram::1000000000000037:role/imager).
        type: str
        required: true
      session_name:
        description: Names this use of the role in the logs of the cloud.
        type: str
        default: ansible-apsarastack
      policy:
        description: A policy document that narrows what the role may do.
        type: json
      session_expiration:
        description: Seconds, from 900 to 3600, for which the temporary keys are good. Without it the cloud decides.
        type: int
  ecs_role_name:
    description:
      - Name of the RAM role of the ECS instance that runs the module. Its metadata service is asked for temporary keys,
        and asked again when they expire during the task.
      - It is not looked at when O(access_key) is given, and cannot be given together with O(profile).
      - If it is not set, the environment variable E(APSARASTACK_ECS_ROLE_NAME), then
        E(ALIBABACLOUDSTACK_ECS_ROLE_NAME) is used.
    type: str
  region:
    description:
      - Id of the region, for example V(cn-neimeng-env30-d01).
      - It is required, here or in the environment.
      - If it is not set, the environment variable E(APSARASTACK_REGION), then
        E(ALIBABACLOUDSTACK_REGION) is used.
    type: str
    aliases: [region_id]
  department:
    description:
      - Id of the organization, a number, in which the resources are looked for and made.
      - Without it, it is the organization that the access key belongs to.
      - If it is not set, the environment variable E(APSARASTACK_DEPARTMENT), then
        E(ALIBABACLOUDSTACK_DEPARTMENT) is used.
    type: str
    aliases: [organization_id]
  resource_group:
    description:
      - Id of the resource set, a number, in which the resources are looked for and made.
      - It needs O(department), and wins over O(resource_group_set_name).
      - If it is not set, the environment variable E(APSARASTACK_RESOURCE_GROUP), then
        E(ALIBABACLOUDSTACK_RESOURCE_GROUP) is used.
    type: str
  resource_group_set_name:
    description:
      - Name of the resource set, where O(resource_group) is not given. Its id, and the organization that it belongs to,
        are looked up with one or more calls before the task. Where several organizations have a resource set of this
        name, give O(department), too.
      - If it is not set, the environment variable E(APSARASTACK_RESOURCE_GROUP_SET_NAME), then
        E(ALIBABACLOUDSTACK_RESOURCE_GROUP_SET_NAME) is used.
    type: str
  endpoint:
    description:
      - The ECS endpoint itself, as a host, as V(host:port) or as a URL.
      - It wins over O(popgw_domain) and O(domain). A URL brings its own scheme, which wins over O(protocol).
      - With the path V(/asapi/v3) it is taken for an ASAPI gateway, as with O(domain).
      - If it is not set, the environment variable E(APSARASTACK_ENDPOINT), then
        E(ALIBABACLOUDSTACK_ENDPOINT) is used.
    type: str
  popgw_domain:
    description:
      - The domain of the site's POP gateway, from which the endpoint is made, for example V(env30.example.com).
      - It wins over O(domain). One of O(endpoint), O(popgw_domain) and O(domain) is required, here or in the
        environment.
      - If it is not set, the environment variable E(APSARASTACK_POPGW_DOMAIN), then
        E(ALIBABACLOUDSTACK_POPGW_DOMAIN) is used.
    type: str
  is_center_region:
    description:
      - Whether O(region) is the center region of the site.
      - The endpoint made from O(popgw_domain) names the region only if it is not.
      - If it is not set, the environment variable E(APSARASTACK_IS_CENTER_REGION), then
        E(ALIBABACLOUDSTACK_IS_CENTER_REGION) is used.
    type: bool
    default: true
  domain:
    description:
      - The site's ASAPI gateway, for example V(public.asapi.cn-neimeng-env30-d01.env30.example.com/asapi/v3). Without a
        path it is V(/asapi/v3).
      - A gateway whose name begins with V(public.asapi.) is reached by HTTPS, and one with V(internal.asapi.) by HTTP,
        whatever O(protocol) is.
      - Newer sites often have no ASAPI gateway for their users; prefer O(popgw_domain).
      - If it is not set, the environment variable E(APSARASTACK_DOMAIN), then
        E(ALIBABACLOUDSTACK_DOMAIN) is used.
    type: str
  protocol:
    description:
      - The scheme of the endpoint, where it is not given as a URL.
      - With V(http) everything but the secret key can be read on the way.
      - If it is not set, the environment variable E(APSARASTACK_PROTOCOL), then
        E(ALIBABACLOUDSTACK_PROTOCOL) is used.
    type: str
    choices: [https, http]
    default: https
  validate_certs:
    description:
      - Whether the certificate of the endpoint is verified.
      - If it is not set, the environment variable E(APSARASTACK_VALIDATE_CERTS), then
        E(ALIBABACLOUDSTACK_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File, or folder prepared for OpenSSL, with the CA certificates that the site's certificate is verified with.
      - It wins over the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
      - If it is not set, the environment variable E(APSARASTACK_CA_PATH), then
        E(ALIBABACLOUDSTACK_CA_PATH) is used.
    type: path
  proxy:
    description:
      - URL of a proxy, for example V(http://proxy.example.com:3128).
      - It wins over the environment variables E(HTTP_PROXY), E(HTTPS_PROXY) and E(NO_PROXY). An empty text means no
        proxy at all.
      - If it is not set, the environment variable E(APSARASTACK_PROXY), then
        E(ALIBABACLOUDSTACK_PROXY) is used.
    type: str
  connect_timeout:
    description:
      - Seconds in which a connection has to be made.
      - If it is not set, the environment variable E(APSARASTACK_CONNECT_TIMEOUT), then
        E(ALIBABACLOUDSTACK_CONNECT_TIMEOUT) is used.
    type: int
    default: 10
  read_timeout:
    description:
      - Seconds in which a call has to be answered.
      - If it is not set, the environment variable E(APSARASTACK_READ_TIMEOUT), then
        E(ALIBABACLOUDSTACK_READ_TIMEOUT) is used.
    type: int
    default: 60
requirements:
  - requests
  - jmespath
notes:
  - A connection option that is given in the task or in C(module_defaults) wins over the environment, where an empty
    variable counts as none.
  - All modules are in the action group C(apsarastack.cloud.apsarastack), so that one entry in C(module_defaults) serves
    them all.
  - The secret key is never sent. The other parameters of a call are protected by HTTPS alone.
  - Guides are in the folder C(docs/docsite/rst) of the collection, for example to
    R(authentication and private endpoints, ansible_collections.apsarastack.cloud.docsite.authentication) and to
    R(troubleshooting, ansible_collections.apsarastack.cloud.docsite.troubleshooting) by message and error code.
"""
