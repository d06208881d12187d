import { create } from "@bufbuild/protobuf";
import { type ConfigMap, parseQuantity } from "@heliostat/kube";
import {
  ComputeTemplateSchema,
  ListTemplatesResponseSchema,
  type Template as TemplateMessage,
  TemplateSchema,
} from "@heliostat/proto";
import { invalidInput } from "../errors/failures.ts";
import type { Handlers } from "../handlers.ts";
import type { Template, TemplateExtras } from "../objects/templates/template.ts";
import { templateOf } from "../objects/templates/template-config-map.ts";
import type { ApiPorts } from "../ports.ts";
import { pageOf } from "../reading/page.ts";
import { checkCreateTemplate } from "../validation/check-create.ts";
import {
  checkTemplateTarget,
  createTemplate,
  findTemplateMap,
  type TemplateReads,
} from "./template-calls.ts";

/** The calls of `TemplateExtensionService`. */
export function templateExtensionCalls(
  ports: ApiPorts,
  { list }: TemplateReads,
): Handlers["TemplateExtensionService"] {
  return {
    async createTemplate({ template, namespace, dryRun }, { signal }) {
      const wanted = templateOfMessage(template);
      checkCreateTemplate({
        $typeName: "proto.CreateComputeTemplateRequest",
        namespace,
        computeTemplate: wanted.message,
      });
      return told(await createTemplate(ports, wanted, { signal, isDryRun: dryRun }));
    },
    async getTemplate({ name, namespace }, { signal }) {
      checkTemplateTarget(name, namespace);
      return told(await findTemplateMap(ports, { name, namespace }, { signal }));
    },
    async listTemplates({ namespace }) {
      if (namespace === "") throw invalidInput("Namespace is empty. Please specify a valid value.");
      const { items } = pageOf(list, { namespace, limit: 0, token: "" });
      return create(ListTemplatesResponseSchema, { templates: items.map(told) });
    },
  };
}

function told(configMap: ConfigMap): TemplateMessage {
  const { message, extras } = templateOf(configMap);
  return create(TemplateSchema, {
    template: message,
    cpuQuantity: extras.cpuQuantity ?? "",
    limits: { ...extras.limits },
    nodeSelector: { ...extras.nodeSelector },
  });
}

function templateOfMessage(message: TemplateMessage | undefined): Template {
  const { template, cpuQuantity = "", limits = {}, nodeSelector = {} } = message ?? {};
  const extras: TemplateExtras = {
    ...(cpuQuantity !== "" && { cpuQuantity }),
    ...(Object.keys(limits).length > 0 && { limits: { ...limits } }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
  };
  const known = template ?? create(ComputeTemplateSchema);
  return { message: { ...known, cpu: known.cpu || wholeCores(cpuQuantity) }, extras };
}

/** What servers and clients see that know whole cores alone. */
function wholeCores(cpuQuantity: string): number {
  const cores = parseQuantity(cpuQuantity);
  return cores === undefined ? 0 : Math.max(1, Math.ceil(cores));
}
