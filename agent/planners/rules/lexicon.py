"""The words the rules planner reads: what names a kind, an attribute, a computation, a state; and what says nothing.

General English and clinical words by class. A word in no class here is either a clinical name or not understood.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Compute, Kind, Slot

NOUNS: Sequence[tuple[str, Kind]] = (
    (r"family (?:medical )?history|relatives?|family members?", Kind.FAMILY_HISTORY),
    (r"(?:father|mother|brother|sister|parent|sibling|son|daughter|grandfather|grandmother|uncle|aunt)s?",
     Kind.FAMILY_HISTORY),
    (r"all?erg(?:y|ies|ys|ic|en|ens)|intoleran(?:t|ces?)", Kind.ALLERGY),
    (r"vaccin(?:es?|ations?|ated)|immuni[sz](?:ations?|ed)|shots?|jabs?|inoculations?", Kind.IMMUNIZATION),
    (r"microbi(?:al|olog(?:y|ical))(?: (?:tests?|stud(?:y|ies)))?|cultures?|susceptibilit(?:y|ies)|(?:micro)?organisms?"
     r"|bacteri(?:a|um|al(?! C\d))|germs?|bugs?|sensitivities|isolates?|strains?", Kind.MICROBIOLOGY),
    (r"specimens?|samples?", Kind.SPECIMEN),
    (r"(?:drug |medication )?administrations?", Kind.MEDICATION_ADMINISTERED),
    (r"refills?|dispens(?:es?|ed|ings?)", Kind.MEDICATION_DISPENSED),
    (r"(?:drug|medication|medicine) orders?|prescriptions?", Kind.MEDICATION_ORDERED),
    (r"doses", Kind.MEDICATION_ADMINISTERED),
    (r"(?:med|medication|medicine|drug) lists?|lists? of (?:meds|medications|medicines|drugs)", Kind.MEDICATION),
    (r"medications?|medicines?|meds|drugs?|pills?|tablets?|remed(?:y|ies)|pharmaceuticals?"
     r"|pharmac(?:eutical|ological) (?:agents?|treatments?|products?)", Kind.MEDICATION),
    (r"care ?units?|wards?|units?|departments?|rooms?|transfers?", Kind.WARD_STAY),
    (r"diagnos[ei]s|conditions?|problems?|diseases?|illness(?:es)?|disorders?|ailments?", Kind.CONDITION),
    (r"procedures?|surger(?:y|ies)|operations?", Kind.PROCEDURE),
    (r"outputs?", Kind.OUTPUT),
    (r"intakes?|inputs?", Kind.INTAKE),
    (r"vital signs?|vitals", Kind.VITAL),
    (r"lab(?:s|orator(?:y|ies))?(?: (?:tests?|results?|values?))?|blood (?:tests?|work)", Kind.LAB),
    (r"care ?plans?|plans? of care|plans?(?= for\b)|(?<=C\d )plans?|(?<=C\d\d )plans?", Kind.CARE_PLAN),
    (r"care ?teams?", Kind.CARE_TEAM),
    (r"goals?|targets?", Kind.GOAL),
    (r"questionnaires?(?: (?:responses?|answers?))?|surveys?", Kind.QUESTIONNAIRE),
    (r"devices?|implants?|prosthes[ei]s", Kind.DEVICE),
    (r"insurances?|insurers?|coverages?|payers?|health plans?", Kind.COVERAGE),
    (r"imaging(?: (?:stud(?:y|ies)|tests?))?|radiology(?: (?:stud(?:y|ies)|reports?))?", Kind.IMAGING),
    (r"reports?", Kind.REPORT),
    (r"(?:clinical |clinic |progress |visit |discharge |operative )?notes?|letters?|discharge summar(?:y|ies)"
     r"|documents?", Kind.NOTE),
    (r"referrals?|orders?|service requests?", Kind.ORDER),
    (r"icus?(?: (?:visits?|stays?|admissions?|encounters?))?|intensive care(?: units?)?(?: (?:visits?|stays?"
     r"|admissions?))?",
     Kind.ICU_STAY),
    (r"(?:emergency (?:departments?|rooms?|care)|emergency(?= (?:visits?|stays?|encounters?))|ers?|eds?|a&e)"
     r"(?: (?:visits?|stays?|encounters?|attendances?))?",
     Kind.ED_VISIT),
    (r"hospitals?(?: (?:visits?|stays?|admissions?|encounters?|discharges?))?|hospitali[sz]ations?|admissions?"
     r"|inpatient(?: (?:visits?|stays?|admissions?))?|discharges?", Kind.HOSPITAL_STAY),
    (r"visits?|encounters?|appointments?|consultations?|check-?ups?", Kind.ENCOUNTER),
)  # fmt: skip
VERBS: Sequence[tuple[str, Kind]] = (
    (r"(?:was|were|been|be|being|get|got) (?:given|administered)|(?:gave|giving|(?<=they )give) (?:him|her|me|them)"
     r"|administered|infused|injected|given|giving",
     Kind.MEDICATION_ADMINISTERED),
    (r"dispensed|filled|refilled|picked up", Kind.MEDICATION_DISPENSED),
    (r"prescrib(?:es?|ed|ing)", Kind.MEDICATION_ORDERED),
    (r"consum(?:e|es|ed|ing)|ingest(?:s|ed|ing)?|(?:tak(?:e|es|en|ing)|took) in(?! (?:the|a|an) [a-z])", Kind.INTAKE),
    (r"(?:tak(?:e|es|ing|en)|took)(?! (?:place|part))|started on|put on|medicated|treated(?: with)?"
     r"|(?:treatments?|therap(?:y|ies))(?= (?:for|of|against)\b)"
     r"|(?<=C\d )(?:treatments?|therap(?:y|ies))(?=[ |]*$)"
     r"|(?:get|got|getting|receiv(?:e|ed|ing))(?= for (?:an? |the |his |her |my |their )?(?:C\d|it|that|this)\b)"
     r"|(?<!going )on(?= (?:an? |any |the )?C\d| for\b|[ |]*$| (?:any|some)thing (?:for|against)\b)",
     Kind.MEDICATION),
    (r"ordered|referred|requested", Kind.ORDER),
    (r"diagnos(?:e|es|ed|ing)|suffer(?:s|ed|ing)?(?: from)?"
     r"|liv(?:e|es|ed|ing) with(?= (?:an? |any |the )?(?!(?:his|her|my|their|someone|any|a|the)\b)[a-zC])",
     Kind.CONDITION),
    (r"undergo(?:ne|es|ing)?|underwent|operated(?: on)?|done(?= (?:for|about) )", Kind.PROCEDURE),
    (r"vaccinated|immuni[sz]ed", Kind.IMMUNIZATION),
    (r"admit(?:s|ted)?|hospitali[sz]ed|discharged|released", Kind.HOSPITAL_STAY),
    (r"transferred|moved(?= (?:in)?to\b)", Kind.WARD_STAY),
    (r"cultured|grew|grown|grow", Kind.MICROBIOLOGY),
    (r"produc(?:e|es|ed|ing)|put(?:s|ting)? out", Kind.OUTPUT),
    (r"seen|visited|se(?:e|en) (?:by )?(?:someone|anyone|(?:a|the|his|her|my) (?:doctor|physician|nurse|provider))",
     Kind.ENCOUNTER),
)  # fmt: skip
_MARITAL = r"(?:single|married|divorced|widow(?:ed|er)?|separated|unmarried|never married|partnered)"
PATIENT_SLOTS: Sequence[tuple[str, Slot]] = (
    (
        r"genders?|sex|(?:an? )?(?:male|man|boy|guy) or (?:an? )?(?:female|woman|girl|gal)|(?:an? )?(?:female"
        r"|woman|girl) or (?:an? )?(?:male|man|boy|guy)",
        Slot.GENDER,
    ),
    (r"date of birth|birth ?da(?:te|y)s?|dob|born|birth", Slot.BIRTH_DATE),
    (
        rf"marital(?: status)?|(?:(?:{_MARITAL})(?:, or |, | or ))+(?:{_MARITAL}|something else|not)|married"
        r"|widow(?:er|ed)?|divorced|(?:is|am|was) (?:(?:he|she|i|patient) )?(?:single|unmarried)",
        Slot.MARITAL_STATUS,
    ),
    (r"race", Slot.RACE),
    (r"ethnic(?:ity|ities| group)?", Slot.ETHNICITY),
    (r"(?:preferred )?languages?", Slot.LANGUAGE),
    (
        r"pcp|(?:primary(?: care)?|family|regular|usual|main) (?:provider|physician|doctor|clinician|practitioner)s?"
        r"|general practitioner|gp",
        Slot.GENERAL_PRACTITIONER,
    ),
    (r"home-city", Slot.CITY),
    (r"home-state", Slot.STATE),
    (r"(?:zip|postal)(?: |-)?codes?|postcodes?|zip", Slot.POSTAL_CODE),
    (r"e-?mails?(?: address(?:es)?)?", Slot.EMAIL),
    (r"(?:home )?address|where (?:do|does) (?:i|he|she|they)? ?lives?", Slot.ADDRESS),
    (r"(?:tele)?phone(?: numbers?)?", Slot.PHONE),
    (r"died?|dead|deceased|death|alive|passed away", Slot.DEATH),
    (r"mrns?|medical record numbers?|identifiers?|patient (?:id|number)s?", Slot.IDENTIFIER),
)
SLOTS: Sequence[tuple[str, Slot]] = (
    (r"susceptibilit(?:y|ies)|susceptible|resistan(?:t|ce)|sensitiv(?:e|ity|ities)", Slot.SUSCEPTIBILITY),
    (r"(?:micro)?organisms?|bacteri(?:a|um)|grew|grow|grown|germs?|bugs?", Slot.ORGANISM),
    (r"specimens?|sample types?", Slot.SPECIMEN),
    (r"prescribers?|prescribing (?:doctor|physician|provider)", Slot.PRESCRIBER),
    (r"performers?|authors?|surgeons?|providers?|clinicians?|practitioners?", Slot.PERFORMER),
    (r"reasons?|indications?", Slot.REASON),
    (r"routes?", Slot.ROUTE),
    (r"dos(?:es?|ages?)|strengths?|amounts?|volumes?|quantit(?:y|ies)", Slot.DOSE),
    (r"frequenc(?:y|ies)|schedule|instructions|sig", Slot.FREQUENCY),
    (r"admission types?|types? of (?:hospital )?(?:admission|visit|encounter)", Slot.ADMISSION_TYPE),
    (r"discharge (?:dispositions?|locations?|destinations?)", Slot.DISCHARGE_DISPOSITION),
    (r"admit sources?|admission (?:sources?|locations?)", Slot.ADMIT_SOURCE),
    (r"severit(?:y|ies)", Slot.SEVERITY),
    (r"criticalit(?:y|ies)", Slot.CRITICALITY),
    (r"plan-activities", Slot.VALUE),
    (r"unit_of_measure", Slot.UNIT),
    (r"plan-goals", Slot.GOALS),
    (r"reactions?", Slot.REACTION),
    (r"(?:reference|normal) ranges?", Slot.REFERENCE_RANGE),
    (r"(?:body )?sites?|sides?", Slot.BODY_SITE),
    (r"status(?:es)?", Slot.STATUS),
    (
        r"(?:hospital or )?clinics?(?! (?:visits?|notes?|appointments?|letters?|staff))|locations?|places?"
        r"|facilit(?:y|ies)|care ?units?|wards?",
        Slot.LOCATION,
    ),
)
NUMERIC: Sequence[tuple[str, Compute]] = (
    (r"averages?|mean", Compute.MEAN),
    (r"trends?|trajectory", Compute.TREND),
    (r"differences?|changes?", Compute.CHANGE),
    (r"maximum|max|highest|peak|greatest|heaviest|largest|longest|top(?! of)", Compute.MAX),
    (r"minimum|min|lowest|smallest|lightest|shortest|nadir|bottom(?! of)", Compute.MIN),
    (r"sum", Compute.SUM),
)
OF_LENGTHS: Sequence[tuple[str, Compute]] = (
    *((pattern, c) for pattern, c in NUMERIC if c in (Compute.MAX, Compute.MIN, Compute.MEAN)),
    (r"(?:in )?(?:total|all(?= *(?:[|?]|$))|altogether|all together|combined)", Compute.SUM),
)  # fmt: skip
"""What is computed of several lengths together."""
TIME_NOUN = (
    r"(?:date and time|time and date|time ?frames?|dates?|times?|timing|timestamps?|datetimes?|days?|moments?"
    r"|occasions?|instances?|occurrences?)"
)
RISE = (
    r"(?:gone up|going up|go up|went up|risen|rising|rise|rose|increas(?:ed?|ing)|gained?|come up|coming up"
    r"|climb(?:ed|ing)?|(?:trend|head|mov|creep|crept)(?:ed|ing)? up(?:wards?)?(?! or))"
)
FALL = (
    r"(?<!risk of )(?:gone down|going down|go down|went down|fallen|falling|fall|fell|decreas(?:ed?|ing)"
    r"|(?:lost|lose)(?! (?:track|count|sight)\b)|dropp(?:ed|ing)|drop|come down|coming down|declin(?:ed?|ing)|reduced"
    r"|(?:trend|head|mov)(?:ed|ing) down(?:wards?)?)"
    r"(?! (?:risk|scale|score|assessment|screening|precautions))"
)
CHANGED = r"(?:chang(?:es?|ed|ing)|differ(?:s|ed)?|mov(?:es?|ed|ing)|shift(?:s|ed)?|var(?:y|ies|ied))"
GOING = r"going|gone|go|went|trending|heading|headed|moving"
BETTER = r"(?:improv(?:ed?|es|ing)|(?:got(?:ten)? |getting )?better(?! than))"
WORSE = r"(?:worsen(?:ed|s|ing)?|deteriorat(?:ed?|ing)|(?:got(?:ten)? |getting )?worse(?! than))"
STEADY = r"(?:stable|unchanged|steady|constant)"
JUDGEMENTS = (
    r"up[- ]to[- ]date|over ?due|due(?! to)|safe(?:ly)?|should|recommend(?:ed|s|ation)?|advisable"
    r"|interact(?:s|ions?)?|contraindicat(?:ed|ions?)|caus(?:es?|ed|ing)|likely|prognosis|better|worse"
    r"|appropriate(?:ly)?|too (?:high|low|much|many|old|late)"
    r"|(?:well |poorly )?controlled|improv(?:ed?|es|ing|ement)|worsen(?:ed|s|ing)?|undetectable|stable|steady"
    r"|(?:at|on|to|within|meeting|met) (?:the |his |her |my |their )?(?:goal|target|track)|help(?:s|ed|ing)"
    r"|progress(?:ed|ing)"
    r"|enough|good|bad|well controlled|under control|compliant|adherent"
    r"|(?:most|least) (?:dangerous|serious|severe|important|significant|worrying|worrisome|urgent)"
    r"|complications?(?= (?:of|from)\b)|(?:most|least) (?:common(?:ly)?|frequent(?:ly)?|often)|commonest"
)
"""What asks for a judgement, which no record gives."""
ENDS = (
    r"resolves?|ends?|stops?|finish(?:es)?|ceases?|heals?|recover(?:s|ed)?|(?:get|got) over|clears?(?: up)?"
    r"|go(?:es)? away"
)
UNITS = r"kg|kilograms?|lbs?|pounds|mg/dl|mmol/l|meq/l|g/dl|cm|inches|celsius|fahrenheit|ml|liters?|litres?"
OVER = "over"
"""Stopped, of a drug; resolved, of a problem."""
STATES: Sequence[tuple[str, str]] = (
    (r"no longer", OVER),
    (r"currently|current|active|right now|now|at present|presently|at the moment|still|these days|ongoing|open"
     r"|in place|nowadays|today", "active"),
    (r"stopped|discontinued", "stopped"),
    (r"resolved|inactive|gone|healed|cleared(?: up)?|in remission|over(?= (?:his|her|my|the|it)\b|[ |]*$)", "resolved"),
    (r"on[- ]hold", "on-hold"),
    (r"upcoming(?= (?:[\w-]+ ){0,2}appointments?\b)", "planned"),
    (r"no-show(?= (?:[\w-]+ ){0,2}appointments?\b)", "noshow"),
    (r"cancell?ed(?= (?:[\w-]+ ){0,2}appointments?\b)", "cancelled"),
    (r"refuted", "refuted"),
    (r"confirmed", "confirmed"),
)  # fmt: skip
ADJECTIVES = {
    "diabetic": "diabetes", "prediabetic": "prediabetes",
    "asthmatic": "asthma", "hypertensive": "hypertension", "epileptic": "epilepsy",
    "obese": "obesity", "anemic": "anemia", "anaemic": "anemia", "depressed": "depression", "septic": "sepsis",
    "alcoholic": "alcoholism", "weigh": "weight", "weighs": "weight", "weighed": "weight", "tall": "height",
    "smokes": "smoking", "smoke": "smoking", "smoker": "smoking", "smoked": "smoking", "drink": "alcohol",
    "drinks": "alcohol", "hypothyroid": "hypothyroidism", "pregnant": "pregnancy",
    "intubated": "intubation", "extubated": "extubation", "ventilated": "mechanical ventilation",
    "dialyzed": "dialysis", "dialysed": "dialysis", "transfused": "transfusion", "dnr": "dnr",
}  # fmt: skip
"""Words that say of a person what a record has under a noun."""

REPORT = frozenset(
    """
    ascertain calculate check clarify compare compute confirm count describe detail determine discover display enumerate
    assess enquire inquire establish explain extract fetch figure find finding gather get give identify indicate
    inform know learn list look looking name note obtain outline pinpoint point present provide pull quantify read
    recall remember remind report retrieve return reveal review say search see share show specify state summarize
    summarise tabulate tell track understand verify view wonder wondering write ask asking help
    """.split()  # noqa: SIM905
)
"""Verbs by which an answer is asked for."""
FUNCTION = (
    frozenset(
        """
    against especially particularly curious interested a an the this that these those such same own every each any
    some all both either neither else only just also too very quite really about around approximately roughly
    exactly precisely specifically particular specific certain i me my mine myself we us our you your yours he him
    his himself she her hers herself it its itself they them their theirs themselves one ones someone anyone who
    whom whose which what where when why how there here am is are was were be been being do does did done doing have
    has had having can could will would shall should may might must of in on at for to from with by into onto over
    under through via across during within throughout as per out up off upon among between regarding concerning
    than then
    so and or but if whether because while once until since please kindly thanks thank hi hello okay ok yes well
    like want wants wanted need needs needed able possible possibly go going went come comes came try trying tried
    let mr mrs ms dr doctor doctors physician physicians provider providers clinician clinicians practitioner nurse
    patient patients person individual subject supposed
    client question nurses nursing staff ever anywhere lately recently recent far
    already he/she him/her his/her yet together
    """.split()  # noqa: SIM905
    )
    | REPORT
)
"""Words of the closed classes, of politeness and of asking."""
LIGHT = frozenset(
    """
    record records recorded recording chart charts charted charting file files filed entry entries entered document
    documents documented documenting documentation data database information info detail details detailed listing
    listed list lists item items note noted notes system log logged logs register registered result results value
    values level levels reading readings measurement measurements score scores test tests tested testing study
    studies exam exams examination check checks checked treatment treatments therapy intervention interventions care
    name names named called call title type types kind kinds sort history medical clinical health hospital doctor
    happen happens happened happening occur occurs occurred occurring occurrence occurrences arise arose perform
    performs performed performing conduct conducts conducted conducting carry carries carried execute executed complete
    completed do done make makes made making use uses used using utilize utilized utilizing employ employed apply
    applied receive receives received receiving get gets got getting gotten give gives given obtain obtains obtained
    acquire acquired experience experienced experiencing subjected exposed put placed set observe observed detect
    detected screened discover discovered find finds found finding identify identified see sees saw show shows showed
    shown
    reveal revealed appear appeared appearing present presented return returned come came yield yielded report
    reports reported reporting state states stated indicate indicated mention mentioned say says said tell told
    advise advised instruct instructed inform informed take takes took taken taking place collect collected sent
    collecting draw drawn drew gather gathered measure measures measured schedule scheduled establish established
    assign assigned associate associated relate related involve involved involving concern include
    includes included contain contains contained
    including correspond corresponding belong belonging provide provided provides enter entered entering leave
    leaves leaving arrive arrived attend attended attending stay stays stayed wrote written writes authored signed
    reviewed interpreted isolated decided located situated marks marked labeled labelled exhibit exhibited evaluate
    designation valid exact precise correct true according based per prefer prefers preferred issued brought
    delivered written
    corresponds analysis analyses team agent agents time times date dates day days instance instances occasion
    occasions moment event events episode episodes period periods duration number numbers total amount amounts count
    counts point points terms way manner form method methods means first last start started starts starting begin
    began begun begins end ended available different distinct unique various multiple several many much more most
    other another overall whole entire anything something everything life lifetime past prior previous previously
    real actual actually thing things old older usual notice notices noticed focus focused focusing
    dated part parts onset resolution abatement bout bouts separate form forms known evidence case carrying
    component components constituent constituents analyte analytes parameter parameters
    stand stands stood background anywhere documentation coded icd-coded
    """.split()  # noqa: SIM905
)
"""Nouns and verbs that any record has or does, and so tell none apart."""
SUFFIXES: Sequence[tuple[str, Kind]] = (
    (r"(?:oscopy|ectomy|plasty|otomy|ostomy|graphy|centesis)$|^(?:surgery|replacement|transplant(?:ation)?"
     r"|biopsy|bypass|transfusions?|dialysis|repair|amputation|catheteri[sz]ation|intubation|radiation|chemotherapy"
     r"|stent)$", Kind.PROCEDURE),
    (r"(?:itis|emia|aemia|oma|osis|pathy|algia|uria|penia|plegia|phobia|rrhea|rrhage)$|^(?:cancer|disease|disorder"
     r"|syndrome|failure|infections?|fracture|pain|diabetes|hypertension|asthma|stroke|depression|anxiety"
     r"|dementia|cirrhosis"
     r"|ulcers?|injury|arrest|attack|apnea|metastas[ei]s|tumou?r|seizures?|gout|obesity|epilepsy|alcoholism"
     r"|pregnancy)$",
     Kind.CONDITION),
    (r"^(?:vaccine|shot)s?$", Kind.IMMUNIZATION),
    (r"^(?:x-?rays?|mri|ct|ultrasounds?|mammograms?|echocardiograms?|radiographs?|scans?|dexa|pet|ecg"
     r"|ekg)$", Kind.IMAGING),
)  # fmt: skip
"""What a name's form tells of its kind, where the chart holds nothing of that name."""
